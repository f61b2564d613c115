// Windows: one dialog whose content is swapped.
import { $, all, dialog, on, onPress, words } from "./dom.js";
import { prepareForms } from "./forms.js";
import { isAsking, mayClose } from "./once.js";

let opener = null; // what opened the window, by element and id
let titleBehind = "";
let isEdited = false; // in the window, since it opened

export function openWindow(address, source = "#find") {
  htmx.ajax("GET", address, { source, target: "#window", swap: "innerHTML" });
}

function onContent() {
  const content = $("[data-window]", dialog);
  if (!content) return;
  if (!$("form[method=post]", dialog)) isEdited = false;
  dialog.className = "dialog";
  if (content.dataset.window) dialog.classList.add(`dialog-${content.dataset.window}`);
  dialog.setAttribute("role", $("[data-role]", dialog)?.dataset.role ?? "dialog");
  if (!dialog.open) dialog.showModal();
  // A dialog that was open already does not look for autofocus by itself.
  ($("[autofocus]", dialog) ?? $("#errors", dialog) ?? dialog).focus({ preventScroll: true });
  prepareForms(dialog);
}

function onClosed() {
  isEdited = false;
  dialog.replaceChildren();
  if (titleBehind) document.title = titleBehind;
  titleBehind = "";
  let back = opener && (opener.isConnected ? opener : document.getElementById(opener.id));
  // What was chosen in a menu that has closed: back to the button of the menu.
  const menu = back?.closest("[popover]:not(:popover-open)");
  if (menu) back = $(`[popovertarget="${menu.id}"]`);
  opener = null;
  (back ?? $("#details-name") ?? $("#add-client") ?? $("#main"))?.focus({ preventScroll: true });
}

// On a page of its own Close is a link, which leads on unless it asks.
onPress("[data-close]", (button, event) => {
  const may = button.dataset.close === "anyway" || mayClose(button.closest("[data-once]"));
  const isInWindow = dialog?.contains(button);
  if (isInWindow || !may) event.preventDefault();
  if (isInWindow && may) leave();
});

// On to the next window, from a page of its own; within the dialog htmx is asked below.
onPress("[data-next]", (link, event) => {
  if (!dialog?.contains(link) && !mayClose(link.closest("[data-once]"))) event.preventDefault();
});

// What was added is shown: its Details, with the focus on its row.
function leave() {
  const added = $("[data-added]", dialog);
  const to = added && new URL(added.dataset.added, location.href);
  if (to && !location.pathname.startsWith(to.pathname)) location.assign(to);
  else dialog.close();
}

const mayDiscard = () => !isEdited || confirm(words().discard);

if (dialog) {
  dialog.addEventListener("cancel", (event) => {
    if (event.target !== dialog) return;
    if (isAsking() || !mayClose($("[data-once]", dialog)) || !mayDiscard()) event.preventDefault();
    else if ($("[data-added]", dialog)) {
      event.preventDefault();
      leave();
    }
  });
  dialog.addEventListener("close", onClosed);
  dialog.addEventListener("input", ({ target }) => (isEdited ||= Boolean(target.closest("[method=post]"))));
  on("windowDone", () => dialog.open && dialog.close());
}

on("htmx:beforeRequest", (event) => {
  const { detail } = event;
  if (detail.elt.matches("[data-next]") && !mayClose($("[data-once]", dialog))) event.preventDefault();
  if (detail.target === dialog && !dialog.open) opener = detail.elt;
});
on("htmx:beforeSwap", ({ detail }) => {
  if (detail.target === dialog) titleBehind ||= document.title;
  else if (dialog.open) detail.ignoreTitle = true; // a list that is fetched again behind
});
on("htmx:afterSwap", ({ detail }) => {
  if (detail.target !== dialog) return;
  onContent();
  // Signing in again inside the window made the tokens of the forms behind it stale.
  const token = $("[name=csrfmiddlewaretoken]", dialog)?.value;
  for (const input of token ? all("[name=csrfmiddlewaretoken]") : []) input.value = token;
});

// Windows: one dialog whose content is swapped.
import { $, all, dialog, on, onPress } from "./dom.js";
import { prepareForms } from "./forms.js";
import { isAsking, mayClose } from "./once.js";

let opener = null; // what opened the window, by element and id
let titleBehind = "";

export function openWindow(address, source = "#find") {
  htmx.ajax("GET", address, { source, target: "#window", swap: "innerHTML" });
}

function onContent() {
  const content = $("[data-window]", dialog);
  if (!content) return;
  dialog.className = "dialog";
  if (content.dataset.window) dialog.classList.add(`dialog-${content.dataset.window}`);
  dialog.setAttribute("role", $("[data-role]", dialog)?.dataset.role ?? "dialog");
  if (!dialog.open) dialog.showModal();
  // A dialog that was open already does not look for autofocus by itself.
  ($("[autofocus]", dialog) ?? $("#errors", dialog) ?? dialog).focus({ preventScroll: true });
  prepareForms(dialog);
}

function onClosed() {
  dialog.replaceChildren();
  if (titleBehind) document.title = titleBehind;
  titleBehind = "";
  let back = opener && (opener.isConnected ? opener : document.getElementById(opener.id));
  // What was chosen in a menu that has closed: back to the button of the menu.
  const menu = back?.closest("[popover]:not(:popover-open)");
  if (menu) back = $(`[popovertarget="${menu.id}"]`);
  opener = null;
  (back ?? $("#add-client") ?? $("#main"))?.focus({ preventScroll: true });
}

// On a page of its own Close is a link, which leads on unless it asks.
onPress("[data-close]", (button, event) => {
  const may = button.dataset.close === "anyway" || mayClose(button.closest("[data-once]"));
  const isInWindow = dialog?.contains(button);
  if (isInWindow || !may) event.preventDefault();
  if (isInWindow && may) dialog.close();
});

if (dialog) {
  dialog.addEventListener("cancel", (event) => {
    if (event.target !== dialog) return;
    if (isAsking() || !mayClose($("[data-once]", dialog))) event.preventDefault();
  });
  dialog.addEventListener("close", onClosed);
  on("windowDone", () => dialog.open && dialog.close());
}

on("htmx:beforeRequest", ({ detail }) => {
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

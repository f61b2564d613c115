// Keyboard shortcuts: each has a visible control that does the same. Single keys do nothing while a
// field has the focus, and can be turned off in Account.
import { $, all, dialog, words } from "./dom.js";
import { awaitFind, isInFind, keepKey, onFindKey } from "./find.js";
import { openWindow } from "./windows.js";

const GO_MS = 1500;
let goingUntil = 0; // G, then one more key: go to a page of the left pane

const shortcuts = {
  "/": () => $("#id_q")?.focus(),
  c: addClient,
  s: addSecret,
  j: () => ($(".row-link[aria-current]") ?? $(".row-link"))?.focus(),
  k: () => ($(".row-link[aria-current]") ?? all(".row-link").at(-1))?.focus(),
  "?": () => openWindow(words().shortcutList),
  g: () => (goingUntil = Date.now() + GO_MS),
};
for (const [place, name] of ["details", "secrets", "roles", "apis", "activity"].entries()) {
  shortcuts[place + 1] = () => $(`#tab-${name}`)?.click();
}

function addClient() {
  const address = words().addClient;
  const button = $("#add-client");
  if (button) button.click();
  else if (address) openWindow(address);
}

function addSecret() {
  const address = $("#details")?.dataset.addSecret;
  const button = $("#add-secret");
  if (button) button.click();
  else if (address) openWindow(address, "#tab-secrets");
}

function onSingleKey(event) {
  if (document.body.dataset.shortcuts === "off") return;
  if (Date.now() < goingUntil) {
    goingUntil = 0;
    $(`[data-go="${event.key}"]`)?.click();
  } else if (Object.hasOwn(shortcuts, event.key)) {
    event.preventDefault();
    shortcuts[event.key]();
  }
}

// A key of an input method, such as the Enter that ends a conversion; Safari tells it by its code.
const isComposing = (event) => event.isComposing || event.keyCode === 229;

addEventListener("keydown", (event) => {
  if (isComposing(event)) return;
  const isCommand = event.ctrlKey || event.metaKey;
  if (isCommand && event.key.toLowerCase() === "k" && $("#find")) {
    event.preventDefault();
    if (dialog.open) return;
    awaitFind();
    openWindow($("#find").href);
    return;
  }
  if (isCommand || event.altKey || event.defaultPrevented) return;
  if (keepKey(event)) return;
  if (isInFind(event.target)) return onFindKey(event);
  if (dialog?.open || $(":popover-open")) return;
  const row = event.target.closest?.(".row-link");
  const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
  if (event.key === "Escape") $("[data-close-details]")?.click();
  else if (row && step) {
    const rows = all(".row-link");
    rows[rows.indexOf(row) + step]?.focus();
    event.preventDefault();
  } else if (!event.target.closest?.("input, select, textarea")) onSingleKey(event);
});

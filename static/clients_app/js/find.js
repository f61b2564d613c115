// Find: arrow keys move through the results; Enter opens the first result of what is typed.
import { $, all, dialog, on } from "./dom.js";

const INPUT = "[data-palette] input";
let typedBefore = null; // what is typed between Ctrl K and the window; null: it is not on its way
let awaitsResults = false; // Enter was pressed before they came

export const isInFind = (element) => $("#found")?.closest("[data-window]")?.contains(element);

const isUpToDate = () => $("#found").dataset.for === $(INPUT).value.trim();

/** Keeps the keys for Find, whose window is on its way. */
export function awaitFind() {
  typedBefore = "";
  awaitsResults = false;
}

/** Returns whether the key was kept for the window of Find. */
export function keepKey(event) {
  if (typedBefore === null) return false;
  if (event.key === "Enter") awaitsResults = true;
  else if (event.key.length === 1) typedBefore += event.key;
  else return false;
  event.preventDefault();
  return true;
}

export function onFindKey(event) {
  const links = all("#found a");
  const at = links.indexOf(document.activeElement);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.key === "Escape") {
    event.preventDefault(); // a search field would only be emptied
    dialog.close();
  } else if (step) {
    event.preventDefault();
    (links[at + step] ?? (step < 0 ? $(INPUT) : links.at(-1)))?.focus();
  } else if (event.key === "Enter" && event.target.matches(INPUT)) {
    event.preventDefault();
    awaitsResults = true;
    openFirst();
  }
}

function openFirst() {
  if (!awaitsResults || !$(INPUT) || !isUpToDate()) return;
  awaitsResults = false;
  $("#found a")?.click();
}

addEventListener("input", (event) => {
  if (event.isTrusted) awaitsResults = false;
});

on("htmx:afterSettle", ({ detail }) => {
  const input = detail.elt === dialog && $(INPUT);
  if (input) {
    input.value += typedBefore ?? "";
    typedBefore = null;
    // What was typed before htmx listened.
    if (input.value !== input.defaultValue) htmx.trigger(input, "input");
  }
  openFirst();
});
on("htmx:afterRequest", ({ detail }) => {
  if (detail.failed && detail.target === dialog) typedBefore = null;
});

// Find: arrow keys move through the results, Enter opens the first.
import { $, all, dialog, on } from "./dom.js";

const INPUT = "[data-palette] input";

export const isInFind = (element) => $("#found")?.closest("[data-window]")?.contains(element);

export function onFindKey(event) {
  const links = all("#found a");
  const at = links.indexOf(document.activeElement);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    (links[at + step] ?? (step < 0 ? $(INPUT) : links.at(-1)))?.focus();
  } else if (event.key === "Enter" && event.target.matches(INPUT)) {
    event.preventDefault();
    links[0]?.click();
  }
}

// What was typed before htmx listened.
on("htmx:afterSettle", ({ detail }) => {
  const input = detail.elt === dialog && $(INPUT);
  if (input && input.value !== input.defaultValue) htmx.trigger(input, "input");
});

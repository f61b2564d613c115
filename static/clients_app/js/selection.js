// Clients ticked in the list, for operations on several at once.
import { $, all, on } from "./dom.js";

const ticks = () => all(".selecting [name=clients]");

function countTicked() {
  const count = $("[data-ticked]");
  if (!count) return;
  const ticked = ticks().filter((tick) => tick.checked).length;
  if (count.textContent !== String(ticked)) count.textContent = ticked;
  const whole = $("[data-select-all]");
  whole.checked = ticked > 0 && ticked === ticks().length;
  whole.indeterminate = ticked > 0 && ticked < ticks().length;
  for (const button of all(".bulk-actions .btn")) button.disabled = !ticked;
}

addEventListener("input", ({ target }) => {
  if (target.matches("[data-select-all]")) {
    for (const tick of ticks()) tick.checked = target.checked;
  }
  countTicked();
});
on("htmx:afterSettle", countTicked);
countTicked();

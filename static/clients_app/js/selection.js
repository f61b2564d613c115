// Clients ticked in the list, on any of its pages, for operations on several at once.
import { $, all, dialog, on } from "./dom.js";

let chosen = new Set(); // ids; those of other pages travel in hidden inputs

const ticks = () => all(".selecting [name=clients]");

function countTicked() {
  const count = $("[data-ticked]");
  if (!count) {
    chosen = new Set();
    return;
  }
  const onPage = ticks();
  const ticked = onPage.filter((tick) => tick.checked).length;
  count.textContent = chosen.size;
  const elsewhere = $("[data-elsewhere]");
  elsewhere.hidden = chosen.size === ticked;
  $("b", elsewhere).textContent = chosen.size - ticked;
  const whole = $("[data-select-all]");
  if (whole) {
    whole.checked = ticked > 0 && ticked === onPage.length;
    whole.indeterminate = ticked > 0 && ticked < onPage.length;
  }
  for (const button of all(".bulk-actions .btn")) button.disabled = !chosen.size;
  carry(new Set(onPage.map(({ value }) => value)));
}

function carry(shown) {
  const carried = $("[data-carried]");
  const inputs = [...chosen].filter((id) => !shown.has(id)).map(hiddenInput);
  carried.replaceChildren(...inputs);
}

function hiddenInput(id) {
  const input = document.createElement("input");
  input.type = "hidden";
  input.name = "clients";
  input.value = id;
  return input;
}

function takeOver() {
  for (const { value } of all("[data-carried] input")) chosen.add(value);
  remember();
}

function remember() {
  for (const { checked, value } of ticks()) {
    if (checked) chosen.add(value);
    else chosen.delete(value);
  }
  countTicked();
}

// Another page of the list: what was ticked there before is ticked again. Where all that match
// were asked for, the server ticked them.
function tickAgain() {
  if ($("[data-everything]")) {
    takeOver();
    delete $("[data-everything]").dataset.everything;
  }
  for (const tick of ticks()) tick.checked = chosen.has(tick.value);
  countTicked();
}

addEventListener("input", ({ target }) => {
  if (!target.matches(".tick")) return;
  if (target.matches("[data-select-all]")) {
    for (const tick of ticks()) tick.checked = target.checked;
  }
  remember();
});
on("htmx:afterSettle", tickAgain);
on("windowDone", () => $("[action*='/bulk/']", dialog) && chosen.clear());
takeOver();

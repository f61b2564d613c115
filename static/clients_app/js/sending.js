// One click counts: a form on its way is not sent again. Forms that htmx sends have hx-disabled-elt.
const WAIT_MS = 30_000; // as long as htmx waits (head.html)
const onTheWay = new Map(); // the disabled buttons of each form

addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.getAttribute("method")?.toLowerCase() !== "post") return;
  if (form.matches("[data-download]")) return; // the page stays
  if (onTheWay.has(form)) {
    event.preventDefault();
    return;
  }
  onTheWay.set(form, []);
  setTimeout(() => disable(form)); // after the browser has read which button was pressed
  setTimeout(() => enable(form), WAIT_MS);
});

function disable(form) {
  const buttons = [...form.elements].filter(({ type, disabled }) => type === "submit" && !disabled);
  for (const button of buttons) button.disabled = true;
  onTheWay.set(form, buttons);
}

function enable(form) {
  for (const button of onTheWay.get(form) ?? []) button.disabled = false;
  onTheWay.delete(form);
}

addEventListener("pageshow", () => [...onTheWay.keys()].forEach(enable)); // after Back

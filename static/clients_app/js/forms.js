// Comforts of forms: presets, the date picker, names and counts that follow what is typed.
import { $, all, onPress, words } from "./dom.js";

// A list of suggestions replaces the whole value: behind a comma, it suggests what stands before it, too.
addEventListener("input", ({ target }) => {
  if (!target.matches?.("[data-words]")) return;
  const start = target.value.replace(/[^,]*$/, "").replace(/,$/, ", ");
  for (const option of target.list.options) option.value = start + (option.dataset.word ??= option.value);
});

export function prepareForms(root) {
  for (const preset of all("[data-set]", root)) {
    const isChosen = $(preset.dataset.for).value === preset.dataset.set;
    preset.setAttribute("aria-pressed", String(isChosen));
  }
  for (const name of all("[data-names]", root)) {
    const typed = $(name.dataset.names)?.value.trim();
    name.dataset.unnamed ??= typed === name.textContent ? "" : name.textContent;
    name.textContent = typed || name.dataset.unnamed || name.textContent;
  }
  countRoles(root);
}

function countRoles(root) {
  const count = $("fieldset [data-selected]", root);
  if (!count) return;
  const ticked = all("input[name=roles]:checked", count.closest("fieldset")).length;
  const text = words().selected.replace("%n", ticked + Number(count.dataset.selected));
  if (count.textContent !== text) count.textContent = text;
}

// A role ticked in the list gets a chip above the search, for the eye and the pointer.
function showChosen(tick) {
  const chips = $("[data-chosen]", tick.closest(".roles") ?? document);
  if (!chips || chips.contains(tick)) return;
  $(`[data-untick="${tick.id}"]`, chips)?.remove();
  if (!tick.checked) return;
  const chip = document.createElement("span");
  chip.className = "role-chip";
  chip.dataset.untick = tick.id;
  chip.ariaHidden = "true";
  chip.textContent = $(".role-name", tick.closest("label")).textContent;
  chips.append(chip);
}

// As names are compared on the server: case, Unicode form, invisible characters and spaces.
function keyOf(text) {
  const folded = text.normalize("NFKC").toUpperCase().toLowerCase().normalize("NFKC");
  return folded.replace(/\p{Default_Ignorable_Code_Point}/gu, "").replace(/\s+/g, " ");
}

function filterRoles(field) {
  const sought = keyOf(field.value.trim());
  for (const row of all("label.role-row", field.closest(".roles"))) {
    row.hidden = !keyOf(row.textContent).includes(sought);
  }
}

addEventListener("input", ({ target }) => {
  const form = target.closest("form");
  if (target.matches("[name=roles]")) showChosen(target);
  if (target.matches("[data-find-role]")) filterRoles(target);
  else if (form) prepareForms(form);
});

// The API that programs ask for; the default one is not named (see templatetags/snippets.py).
addEventListener("change", ({ target }) => {
  if (!target.matches("[data-choose-api]")) return;
  for (const part of all("[data-names-api]")) {
    const name = target.value.replaceAll("'", () => part.dataset.apostrophe);
    part.textContent = name && part.dataset.namesApi.replace("%n", () => name);
  }
});

// Enter in a search field filters, as typing does; it does not send the form around it.
addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches?.("[data-find-role]")) event.preventDefault();
});

addEventListener("click", ({ target }) => {
  if (target.dataset?.untick) $(`#${target.dataset.untick}`).click();
});

onPress("[data-set]", (button) => {
  $(button.dataset.for).value = button.dataset.set;
  prepareForms(document);
});

// Loaded only here: few forms have a date, and one page a time zone.
onPress("[data-picker]", async (button) => {
  const { pickDate } = await import("./date_picker.js");
  pickDate($(button.dataset.picker), button, () => prepareForms(document));
});

const zones = $("[data-browser-zone]");
if (zones) import("./time_zone.js").then(({ offerOwnZone }) => offerOwnZone(zones));

// Loaded only here: few pages make keys.
onPress("[data-make-keys]", async (button) => {
  const { makeKeyPair } = await import("./key_pair.js");
  makeKeyPair(button);
});

onPress("#errors a", (link, event) => {
  event.preventDefault();
  $(link.hash)?.focus();
});

prepareForms(document);

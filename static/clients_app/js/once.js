// What is shown once: Close asks first where it was not copied, and Back does not bring it back.
import { $, all, dialog, drawIcon, onPress } from "./dom.js";

const isUncopied = (once) => $("[data-guards]", once) && !once.dataset.copied;

/** Returns whether `once` may close; where it was not copied, its foot asks. */
export function mayClose(once) {
  const ask = once && $("[data-ask]", once);
  if (!ask || once.dataset.copied) return true;
  $("[data-foot]", once).hidden = true;
  ask.hidden = false;
  $("[role=alert] span", ask).textContent = $("template", ask).content.textContent;
  $("[data-keep-open]", ask).focus();
  return false;
}

/** Notes that the person has what is shown: leaving no longer asks, and Close is the next step. */
export function keep(once) {
  once.dataset.copied = "yes";
  $("[data-guards]", once)?.classList.remove("btn-primary");
  $("[data-then]", once)?.classList.add("btn-primary");
  const note = $("[data-note]", once);
  if (!note) return;
  note.lastElementChild.textContent = note.dataset.note;
  drawIcon(note, "check-circle");
}

export const isAsking = () => $("[data-ask]:not([hidden])", dialog);

onPress('[data-close="anyway"]', (button) => (button.closest("[data-once]").dataset.copied = "no"));

onPress("[data-kept]", (link) => keep(link.closest("[data-once]")));

onPress("[data-keep-open]", (button) => {
  const once = button.closest("[data-once]");
  $("[data-ask]", once).hidden = true;
  $("[data-foot]", once).hidden = false;
  $("[data-guards]", once).focus();
});

// Loaded only here: few pages show a secret.
onPress("[data-test]", async (button) => {
  const { testSecret } = await import("./test_it.js");
  testSecret(button);
});

// A reload or another page would lose it.
addEventListener("beforeunload", (event) => {
  if (all("[data-once]").some(isUncopied)) event.preventDefault();
});

addEventListener("pagehide", () => {
  if (dialog?.open) dialog.close();
  for (const once of all("[data-once]")) once.replaceChildren();
});
addEventListener("pageshow", (event) => {
  const once = $("[data-once]");
  if (event.persisted && once) location.replace(once.dataset.leave);
});

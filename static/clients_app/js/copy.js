// Copy buttons, and what is read out of them.
import { $, all, dialog, drawIcon, onPress, words } from "./dom.js";
import { keep } from "./once.js";

onPress("[data-copy]", async (button) => {
  const source = all(button.dataset.copy).find((element) => element.getClientRects().length);
  if (!source) return;
  try {
    await navigator.clipboard.writeText(source.textContent);
  } catch {
    getSelection().selectAllChildren(source);
    say(button, words().press, "copy");
    return;
  }
  const once = button.closest("[data-once]");
  const guards = button.hasAttribute("data-guards") && !source.hasAttribute("data-no-secret");
  if (once && guards) keep(once);
  say(button, words().copied, "check");
  button.classList.add("copied");
});

function say(button, text, icon) {
  const label = $("span", button);
  button.dataset.label ??= label.textContent;
  label.textContent = text;
  drawIcon(button, icon);
  announce(text);
  clearTimeout(button.timer);
  button.timer = setTimeout(() => {
    label.textContent = button.dataset.label;
    drawIcon(button, "copy");
    button.classList.remove("copied");
  }, 2000);
}

function announce(text) {
  const region = $("#announcer", dialog?.open ? dialog : document) ?? newAnnouncer();
  region.textContent = "";
  setTimeout(() => (region.textContent = text), 50);
}

// A region inside the open dialog: what lies behind it is not read out.
function newAnnouncer() {
  const region = document.createElement("p");
  region.id = "announcer";
  region.className = "sr-only";
  region.setAttribute("role", "status");
  (dialog?.open ? dialog : document.body).append(region);
  return region;
}

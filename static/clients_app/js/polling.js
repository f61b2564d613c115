// Parts of the page stay fresh: they ask now and then what is new. Asking stops while the page is
// hidden, and counts as no activity (web/polling.py).
import { $, all, dialog, isPoll, on } from "./dom.js";

const POLL_MS = 15_000;

// Not while someone is using the part that would be replaced.
const isBusy = () => dialog?.open || $(":popover-open");

function poll() {
  if (document.hidden || isBusy()) return;
  for (const part of all("[data-poll]")) {
    const target = $(part.getAttribute("hx-target"));
    if (target?.getClientRects().length && !isSelected(target)) htmx.trigger(part, "poll");
  }
}

function isSelected(target) {
  const selected = getSelection();
  return !selected.isCollapsed && selected.containsNode(target, true);
}

// The answer may come when a window or menu was opened meanwhile: then the next one counts.
on("htmx:beforeSwap", (event) => {
  if (!isPoll(event)) return;
  event.detail.ignoreTitle = true;
  const { target } = event.detail;
  if (isBusy() || isSelected(target)) event.detail.shouldSwap = false;
  else keepState(target);
});

// Focus, scroll and opened parts stay as they are. A list with ticks does not ask.
function keepState(target) {
  const { id, scrollTop } = target;
  const stops = (root) => all("a, button, input, select, summary, [tabindex]", root);
  const place = stops(target).indexOf(document.activeElement);
  const opened = all("details[id][open]", target).map((part) => part.id);
  const restore = () => {
    const now = document.getElementById(id);
    const focused = stops(now)[place]; // htmx itself finds what has an id
    if (document.activeElement === document.body) focused?.focus({ preventScroll: true });
    now.scrollTop = scrollTop;
    for (const part of opened) document.getElementById(part)?.setAttribute("open", "");
  };
  document.addEventListener("htmx:afterSwap", restore, { once: true });
}

setInterval(poll, POLL_MS);
on("visibilitychange", poll);

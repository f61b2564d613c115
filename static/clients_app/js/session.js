// Warns before the session ends. Each answer of the server says how long it still lasts.
import { $, all, copyOf, dialog, on, placeMessage } from "./dom.js";

const WARN_MS = 120_000;
const WATCH_MS = 5000;
const warning = $("#session-warning")?.dataset;
let ends = 0;
let isFinal = false;
let shown = null;
let isDismissed = false;
let isWatching = false;

function update(left) {
  if (left === null || left === undefined || left === "") return;
  ends = Date.now() + parseInt(left, 10) * 1000;
  isFinal = left.includes("final");
  if (ends - Date.now() > WARN_MS) hide();
}

async function ask(address) {
  try {
    const answer = await fetch(address, { cache: "no-store" });
    update(answer.headers.get("Session-Left"));
  } catch {
    // the line broke: asked again soon
  }
}

// Another tab may have gone on meanwhile, so the server is asked before the warning.
async function watch() {
  if (isWatching || !ends || ends - Date.now() > WARN_MS) return;
  isWatching = true; // a slow answer must not end the session twice
  if (!shown) await ask(warning.left);
  isWatching = false;
  const left = ends - Date.now();
  if (left <= 0) end();
  else if (left <= WARN_MS && !isDismissed && !shown?.isConnected) warn();
}

function warn() {
  shown = copyOf("#session-warning");
  $("[data-idle]", shown).hidden = isFinal;
  $("[data-final]", shown).hidden = !isFinal;
  $("[data-stay]", shown).hidden = isFinal;
  $("[data-stay]", shown).addEventListener("click", () => ask(warning.stay));
  $("[data-dismiss]", shown).addEventListener("click", () => (isDismissed = true));
  placeMessage(shown);
}

function hide() {
  shown?.remove();
  shown = null;
  isDismissed = false;
}

function end() {
  if (!dialog.open && !isTyped() && !$("[data-once]")) location.replace(location.href);
  else if (shown?.isConnected) {
    for (const part of all("span, [data-stay]", shown)) part.hidden = true;
    const text = $("span", shown);
    text.hidden = false;
    text.textContent = warning.ended;
  }
  ends = 0;
}

const isTyped = () =>
  all("main input, main textarea").some((field) => field.value !== field.defaultValue);

if (warning) {
  update(document.body.dataset.sessionLeft);
  on("htmx:afterRequest", ({ detail }) => update(detail.xhr?.getResponseHeader("Session-Left")));
  setInterval(watch, WATCH_MS);
  on("visibilitychange", watch);
}

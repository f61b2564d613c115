// What is shown stays fresh: its parts ask now and then what is new, and the page warns before the
// session ends. Asking stops while the page is hidden and counts as no activity (web/live.py).
"use strict";
(() => {
  const POLL_MS = 15_000;
  const WARN_MS = 120_000;
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const dialog = $("#window");

  // ---- Polling: not while someone is at work on what would be drawn anew
  function poll() {
    if (document.hidden || dialog?.open || $(":popover-open")) return;
    for (const part of all("[data-live]")) {
      const target = $(part.getAttribute("hx-target"));
      if (target?.getClientRects().length && !isInHand(target)) htmx.trigger(part, "live");
    }
  }

  function isInHand(target) {
    const selected = getSelection();
    return !selected.isCollapsed && selected.containsNode(target, true);
  }

  setInterval(poll, POLL_MS);
  document.addEventListener("visibilitychange", poll);
  const isLive = (event) => event.detail.requestConfig?.elt.matches("[data-live]");

  // The answer may come when a window or menu was opened meanwhile: then the next one counts.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!isLive(event)) return;
    event.detail.ignoreTitle = true;
    const target = event.detail.target;
    if (dialog?.open || $(":popover-open") || isInHand(target)) event.detail.shouldSwap = false;
    else keep(target);
  });

  // Focus, scroll, opened parts and ticked rows stay as they are.
  function keep(target) {
    const { id, scrollTop } = target;
    const stops = (root) => all("a, button, input, select, summary, [tabindex]", root);
    const place = stops(target).indexOf(document.activeElement);
    const opened = all("details[id][open]", target).map((part) => part.id);
    const ticked = all("input:checked", target).map(({ name, value }) => ({ name, value }));
    const restore = () => {
      const now = document.getElementById(id);
      const focused = stops(now)[place]; // htmx itself finds what has an id
      if (document.activeElement === document.body) focused?.focus({ preventScroll: true });
      now.scrollTop = scrollTop;
      for (const part of opened) document.getElementById(part)?.setAttribute("open", "");
      for (const input of all("input", now)) {
        if (ticked.some(({ name, value }) => name === input.name && value === input.value)) {
          input.checked = true;
        }
      }
    };
    document.addEventListener("htmx:afterSwap", restore, { once: true });
  }

  // ---- The session: each answer says how long it still lasts
  const template = $("#session-warning");
  const words = template?.dataset;
  let ends = 0;
  let isFinal = false;
  let shown = null;

  function told(left) {
    if (left === null || left === undefined || left === "") return;
    ends = Date.now() + parseInt(left, 10) * 1000;
    isFinal = left.includes("final");
    if (ends - Date.now() > WARN_MS) hide();
  }

  async function ask(address) {
    try {
      const answer = await fetch(address, { cache: "no-store" });
      told(answer.headers.get("Session-Left"));
    } catch {
      // the line broke: asked again soon
    }
  }

  // Another tab may have gone on meanwhile, so the server is asked before the warning.
  async function watch() {
    if (!ends || ends - Date.now() > WARN_MS) return;
    if (!shown) await ask(words.left);
    const left = ends - Date.now();
    if (left <= 0) end();
    else if (left <= WARN_MS && !shown?.isConnected) warn();
  }

  function warn() {
    shown = template.content.firstElementChild.cloneNode(true);
    $("[data-idle]", shown).hidden = isFinal;
    $("[data-final]", shown).hidden = !isFinal;
    $("[data-stay]", shown).hidden = isFinal;
    $("[data-stay]", shown).addEventListener("click", () => ask(words.stay));
    // What lies behind an open window can be neither read out nor pressed.
    if (dialog.open) ($(".dialog-body", dialog) ?? dialog).prepend(shown);
    else $("#toasts").append(shown);
  }

  function hide() {
    shown?.remove();
    shown = null;
  }

  function end() {
    if (!dialog.open && !isTyped() && !$("[data-once]")) location.replace(location.href);
    else if (shown?.isConnected) {
      for (const part of all("span, button", shown)) part.hidden = true;
      const said = $("span", shown);
      said.hidden = false;
      said.textContent = words.ended;
    }
    ends = 0;
  }

  const isTyped = () =>
    all("main input, main textarea").some((field) => field.value !== field.defaultValue);

  if (words) {
    told(document.body.dataset.sessionLeft);
    document.addEventListener("htmx:afterRequest", (event) =>
      told(event.detail.xhr?.getResponseHeader("Session-Left")),
    );
    setInterval(watch, 5000);
    document.addEventListener("visibilitychange", watch);
  }
})();

// The portal's own script: the window, copying, small comforts. Every screen works without it.
// Texts come from the page (base.html); nothing here reads or stores a secret beyond the page.
"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const dialog = $("#window");
  const words = () => $("#words")?.dataset ?? {};
  let opener = null; // what opened the window, by element and id
  let titleBehind = "";
  let lastOpen = ""; // the row of the client that is, or was last, in the Details pane

  // ---- The window: one dialog whose content is swapped
  function opened() {
    const content = $("[data-window]", dialog);
    if (!content) return;
    dialog.className = "dialog";
    if (content.dataset.window) dialog.classList.add(`dialog-${content.dataset.window}`);
    dialog.setAttribute("role", $("[data-role]", dialog)?.dataset.role ?? "dialog");
    if (!dialog.open) dialog.showModal();
    // A dialog that was open already does not look for autofocus by itself.
    ($("[autofocus]", dialog) ?? $("#errors", dialog) ?? dialog).focus({ preventScroll: true });
    prepare(dialog);
  }

  function empty() {
    dialog.replaceChildren();
    if (titleBehind) document.title = titleBehind;
    titleBehind = "";
  }

  function closed() {
    empty();
    let back = opener && (opener.isConnected ? opener : document.getElementById(opener.id));
    // What was chosen in a menu that has closed: back to the button of the menu.
    const menu = back?.closest("[popover]:not(:popover-open)");
    if (menu) back = $(`[popovertarget="${menu.id}"]`);
    opener = null;
    (back ?? $("#add-client") ?? $("#main"))?.focus({ preventScroll: true });
  }

  // What is shown once was not copied: its foot asks once.
  function mayClose(once) {
    const ask = once && $("[data-ask]", once);
    if (!ask || once.dataset.copied) return true;
    $("[data-foot]", once).hidden = true;
    ask.hidden = false;
    $("[role=alert] span", ask).textContent = $("template", ask).content.textContent;
    $("[data-keep-open]", ask).focus();
    return false;
  }

  function keepOpen(once) {
    $("[data-ask]", once).hidden = true;
    $("[data-foot]", once).hidden = false;
    $("[data-guards]", once).focus();
  }

  // Of a window; on a page of its own Close is a link, which leads on unless it asks.
  function pressClose(event, button) {
    const may = button.dataset.close === "anyway" || mayClose(button.closest("[data-once]"));
    const inWindow = dialog?.contains(button);
    if (inWindow || !may) event.preventDefault();
    if (inWindow && may) dialog.close();
  }

  if (dialog) {
    dialog.addEventListener("cancel", (event) => {
      if (event.target !== dialog) return;
      const ask = $("[data-ask]", dialog);
      if ((ask && !ask.hidden) || !mayClose($("[data-once]", dialog))) event.preventDefault();
    });
    dialog.addEventListener("close", closed);
  }

  // What is shown once must not come back with Back, Forward or a restored tab.
  addEventListener("pagehide", () => {
    if (dialog?.open) dialog.close();
    for (const once of all("[data-once]")) once.replaceChildren();
  });
  addEventListener("pageshow", (event) => {
    const once = $("[data-once]");
    if (event.persisted && once) location.replace(once.dataset.leave);
  });

  // ---- Copy
  async function copy(button) {
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
    if (once && button.hasAttribute("data-guards")) {
      once.dataset.copied = "yes";
      const note = $("[data-note]", once);
      note.lastElementChild.textContent = note.dataset.note;
      draw(note, "check-circle");
    }
    say(button, words().copied, "check");
    button.classList.add("copied");
  }

  function say(button, text, icon) {
    const label = $("span", button);
    button.dataset.says ??= label.textContent;
    label.textContent = text;
    draw(button, icon);
    announce(text);
    clearTimeout(button.timer);
    button.timer = setTimeout(() => {
      label.textContent = button.dataset.says;
      draw(button, "copy");
      button.classList.remove("copied");
    }, 2000);
  }

  function draw(element, name) {
    const use = $("use", element);
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${name}`));
  }

  function announce(text) {
    const region = $("#announcer", dialog?.open ? dialog : document) ?? speaker();
    region.textContent = "";
    setTimeout(() => (region.textContent = text), 50);
  }

  // A region inside the open dialog: what lies behind it is not read out.
  function speaker() {
    const region = document.createElement("p");
    region.id = "announcer";
    region.className = "sr-only";
    region.setAttribute("role", "status");
    (dialog?.open ? dialog : document.body).append(region);
    return region;
  }

  // ---- Forms
  function prepare(root) {
    for (const chip of all("[data-set]", root)) {
      chip.setAttribute("aria-pressed", String($(chip.dataset.for).value === chip.dataset.set));
    }
    for (const name of all("[data-names]", root)) {
      const typed = $(name.dataset.names)?.value.trim();
      name.dataset.unnamed ??= typed === name.textContent ? "" : name.textContent;
      name.textContent = typed || name.dataset.unnamed || name.textContent;
    }
    countRoles(root);
    countTicked();
  }

  function countTicked() {
    const said = $("[data-ticked]");
    if (!said) return;
    const ticks = all(".selecting [name=clients]");
    const ticked = ticks.filter((tick) => tick.checked).length;
    if (said.textContent !== String(ticked)) said.textContent = ticked;
    const whole = $("[data-select-all]");
    whole.checked = ticked > 0 && ticked === ticks.length;
    whole.indeterminate = ticked > 0 && ticked < ticks.length;
    for (const button of all(".bulk-actions .btn")) button.disabled = !ticked;
  }

  function countRoles(root) {
    const said = $(".roles [data-selected]", root);
    if (!said) return;
    const ticked = all("input[name=roles]:checked", root).length;
    const text = words().selected.replace("%n", ticked + Number(said.dataset.selected));
    if (said.textContent !== text) said.textContent = text;
  }

  function pick(button) {
    const field = $(button.dataset.picker);
    const picker = document.createElement("input");
    picker.type = "datetime-local";
    picker.className = "picker";
    picker.tabIndex = -1;
    picker.setAttribute("aria-hidden", "true");
    picker.value = field.value.replace(" ", "T");
    picker.addEventListener("change", () => {
      field.value = picker.value.replace("T", " ").slice(0, 16);
      prepare(document);
    });
    picker.addEventListener("blur", () => picker.remove());
    button.after(picker);
    picker.focus();
    picker.showPicker();
  }

  addEventListener("input", (event) => {
    const field = event.target;
    if (field.matches("[data-find-role]")) {
      const sought = field.value.trim().toLowerCase();
      for (const row of all("label.role-row", field.closest(".roles"))) {
        row.hidden = !row.textContent.toLowerCase().includes(sought);
      }
      return;
    }
    if (field.matches("[data-select-all]")) {
      for (const tick of all(".selecting [name=clients]")) tick.checked = field.checked;
    }
    const form = field.closest("form");
    if (form) prepare(form);
  });

  addEventListener("click", (event) => {
    const hit = (selector) => event.target.closest?.(selector);
    const button = hit("button, a");
    if (!button) return;
    if (button.matches("[data-copy]")) copy(button);
    else if (button.matches("[data-set]")) {
      $(button.dataset.for).value = button.dataset.set;
      prepare(document);
    } else if (button.matches("[data-picker]")) pick(button);
    else if (button.matches("[data-keep-open]")) keepOpen(button.closest("[data-once]"));
    else if (button.matches("[data-dismiss]")) button.closest(".toast").remove();
    else if (button.matches("[data-theme-switch]")) switchTheme(button);
    else if (button.matches("#errors a")) {
      event.preventDefault();
      $(button.hash)?.focus();
    } else if (button.matches("[data-close]")) pressClose(event, button);
  });

  // ---- Theme: the server keeps the choice in a cookie; the page does not wait for it
  function switchTheme(button) {
    const root = document.documentElement;
    const dark = root.dataset.theme
      ? root.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    button.value = root.dataset.theme = dark ? "light" : "dark";
    draw(button, dark ? "moon" : "sun");
  }

  // ---- Toasts
  function toast(template, text) {
    const shown = $(template).content.firstElementChild.cloneNode(true);
    if (text) $("span", shown).textContent = text;
    $("#toasts").append(shown);
    if (!$("[data-dismiss]", shown)) expire(shown);
    return shown;
  }

  function expire(shown) {
    const leave = () => {
      if (shown.matches(":hover, :focus-within")) setTimeout(leave, 1000);
      else shown.remove();
    };
    setTimeout(leave, 6000);
  }
  all("#toasts .toast").forEach(expire);

  // ---- Keyboard: each key has a visible control that does the same. Single keys do nothing while
  // a field has the focus, and can be turned off in Account.
  const keys = {
    "/": () => $("#id_q")?.focus(),
    c: () => $("#add-client")?.click(),
    s: addSecret,
    j: () => ($(".row-link[aria-current]") ?? $(".row-link"))?.focus(),
    k: () => ($(".row-link[aria-current]") ?? all(".row-link").at(-1))?.focus(),
    "?": () => openWindow($("#words").dataset.keys),
    g: () => (goingUntil = Date.now() + 1500),
  };
  let goingUntil = 0; // G, then one more key: go to a page of the left pane
  for (const [place, name] of ["details", "secrets", "roles", "activity"].entries()) {
    keys[place + 1] = () => $(`#tab-${name}`)?.click();
  }

  function addSecret() {
    const address = $("#details")?.dataset.addSecret;
    const button = $("#add-secret");
    if (button) button.click();
    else if (address) openWindow(address, "#tab-secrets");
  }

  function openWindow(address, source = "#find") {
    htmx.ajax("GET", address, { source, target: "#window", swap: "innerHTML" });
  }

  // ---- Find: arrow keys move through what is found, Enter opens the first
  function inPalette(event) {
    const links = all("#found a");
    const at = links.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      (links[at + step] ?? (step < 0 ? $("[data-palette] input") : links.at(-1)))?.focus();
    } else if (event.key === "Enter" && event.target.matches("[data-palette] input")) {
      event.preventDefault();
      links[0]?.click();
    }
  }

  addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && $("#find")) {
      event.preventDefault();
      if (!dialog.open) openWindow($("#find").href);
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if ($("#found")?.closest("[data-window]")?.contains(event.target)) return inPalette(event);
    if (dialog?.open || $(":popover-open")) return;
    const row = event.target.closest?.(".row-link");
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    if (event.key === "Escape") $("[data-close-details]")?.click();
    else if (row && step) {
      const rows = all(".row-link");
      rows[rows.indexOf(row) + step]?.focus();
      event.preventDefault();
    } else if (event.target.closest?.("input, select, textarea")) return;
    else if (document.body.dataset.shortcuts === "off") return;
    else if (Date.now() < goingUntil) {
      goingUntil = 0;
      $(`[data-go="${event.key}"]`)?.click();
    } else if (Object.hasOwn(keys, event.key)) {
      event.preventDefault();
      keys[event.key]();
    }
  });

  // ---- htmx
  const on = (name, listener) => document.addEventListener(name, listener);
  on("htmx:beforeRequest", (event) => {
    event.detail.target.addEventListener("htmx:beforeSwap", late);
    if (event.detail.target !== dialog || dialog.open) return;
    opener = event.detail.elt;
  });
  on("htmx:beforeSwap", (event) => {
    if (event.detail.target === dialog) titleBehind ||= document.title;
    else if (dialog.open) event.detail.ignoreTitle = true; // a list that is fetched again behind
  });
  on("htmx:afterSwap", (event) => {
    if (event.detail.target !== dialog) return;
    opened();
    // Signing in again inside the window made the tokens of the forms behind it stale.
    const token = $("[name=csrfmiddlewaretoken]", dialog)?.value;
    for (const input of token ? all("[name=csrfmiddlewaretoken]") : []) input.value = token;
  });
  on("htmx:afterSettle", (event) => {
    const sought = event.detail.elt === dialog && $("[data-palette] input");
    // What was typed before htmx listened.
    if (sought && sought.value !== sought.defaultValue) htmx.trigger(sought, "input");
    markOpenRow();
    countTicked();
    const polled = event.detail.requestConfig?.elt.matches("[data-live]");
    if (event.detail.elt.id === "details" && !polled) keepPlace();
    else if (!polled && !dialog.open) keepFocus();
  });
  on("windowDone", () => dialog.open && dialog.close());
  on("toast", (event) => toast("#toast-done", event.detail.text));
  for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) on(name, unreachable);

  // Another answer was quicker and drew the place of this one anew: it may be newer or older, so what
  // is there now asks once more. Heard at the old place itself, as nothing bubbles from there.
  function late({ detail }) {
    if (detail.target.isConnected) return;
    detail.shouldSwap = false;
    const now = document.getElementById(detail.target.id);
    if (!now?.hasAttribute("hx-get") || detail.requestConfig.elt.matches("[data-live]")) return;
    htmx.ajax("GET", now.getAttribute("hx-get"), { source: now, target: now, swap: "outerHTML" });
  }

  function markOpenRow() {
    const open = $("#details")?.dataset.client;
    if (open) lastOpen = `row-${open}`;
    for (const row of all(".row-link")) {
      if (open && row.id === lastOpen) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    }
  }

  // Where the pane takes the place of the list, or what had the focus is gone, begin at its head.
  function keepPlace() {
    const row = $(".row-link[aria-current]");
    const alone = row && !row.getClientRects().length;
    if (alone) scrollTo(0, 0);
    if (alone || document.activeElement === document.body) {
      $("#details-name")?.focus({ preventScroll: true });
    }
  }

  // What had the focus is gone with its row, or cannot be pressed any more.
  function keepFocus() {
    const lost = document.activeElement;
    if (lost !== document.body && !lost.disabled) return;
    const row = $(".row-link[aria-current]") ?? document.getElementById(lastOpen);
    (row ?? $("#add-client") ?? $("#main"))?.focus({ preventScroll: true });
  }

  // The line broke: inside a window at its top, with the same form and form key to send again.
  function unreachable(event) {
    const form = event.detail.elt.closest("form[data-window]");
    if (!form || !dialog.open) {
      const silent = "[data-live], [data-theme-switch], form:has([data-theme-switch])";
      if (event.detail.elt.matches(silent)) return;
      const { verb, path, elt, target } = event.detail.requestConfig;
      const shown = toast("#toast-failed");
      $("[data-again]", shown).addEventListener("click", () => {
        shown.remove();
        htmx.ajax(verb, path, { source: elt, target });
      });
      return;
    }
    $("[data-failed]", form)?.remove();
    const said = $("#window-failed").content.firstElementChild.cloneNode(true);
    ($(".dialog-body", form) ?? form).prepend(said);
    $("button", said).addEventListener("click", () => repeat(event.detail.requestConfig));
    $("button", said).focus();
  }

  // What was asked for is asked again: by the same button, which need not be the primary one.
  function repeat({ triggeringEvent: cause }) {
    if (cause.type === "submit") cause.submitter.click();
    else cause.target.dispatchEvent(new Event(cause.type, { bubbles: true, cancelable: true }));
  }

  prepare(document);
  markOpenRow();
})();

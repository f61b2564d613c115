// Short messages at the edge of the page, and what to do when the server cannot be reached.
import { $, all, copyOf, dialog, on, onPress, placeMessage } from "./dom.js";

const SHOWN_MS = 6000;
const SILENT = "[data-poll], [data-theme-switch], form:has([data-theme-switch])";

function expire(toast) {
  const leave = () => {
    if (toast.matches(":hover, :focus-within")) setTimeout(leave, 1000);
    else toast.remove();
  };
  setTimeout(leave, SHOWN_MS);
}

on("toast", ({ detail }) => {
  const toast = copyOf(detail.undo ? "#toast-undo" : "#toast-done");
  $("span", toast).textContent = detail.text;
  for (const form of all("#toasts .toast-undo")) form.closest(".toast").remove();
  $("#toasts").append(toast);
  if (!detail.undo) return expire(toast);
  $("[name=operation]", toast).value = detail.undo; // stays until it is pressed or dismissed
  htmx.process(toast);
});

onPress("[data-dismiss]", (button) => button.closest(".toast").remove());

// The server says as plain text why it cannot answer now.
function explained(message, xhr) {
  const isText = xhr.getResponseHeader("Content-Type")?.startsWith("text/plain");
  if (xhr.status !== 503 || !isText) return message;
  const heading = $("strong", message);
  if (heading) {
    heading.nextSibling.textContent = "";
    heading.textContent = xhr.responseText;
  } else $("span", message).textContent = xhr.responseText;
  return message;
}

// Inside a window the message stands at its top: the same form and form key are sent again.
function onFailure({ detail }) {
  const { elt, requestConfig: request, xhr } = detail;
  const form = elt.closest("form[data-window]");
  if (form && dialog.open) {
    $("[data-failed]", form)?.remove();
    const message = explained(copyOf("#window-failed"), xhr);
    placeMessage(message, form);
    $("button", message).addEventListener("click", () => repeat(request));
    $("button", message).focus();
  } else if (!elt.matches(SILENT)) {
    const { verb, path, elt: source, target } = request;
    const toast = explained(copyOf("#toast-failed"), xhr);
    $("#toasts").append(toast);
    $("[data-again]", toast).addEventListener("click", () => {
      toast.remove();
      htmx.ajax(verb, path, { source, target });
    });
  }
}

// By the same button, which need not be the primary one.
function repeat({ triggeringEvent: cause }) {
  if (cause.type === "submit") cause.submitter.click();
  else cause.target.dispatchEvent(new Event(cause.type, { bubbles: true, cancelable: true }));
}

// A refusal that is no page of the portal: by a proxy, or by the server before it read all.
function onForeignRefusal({ detail }) {
  const { xhr } = detail;
  if (xhr.status < 400 || xhr.status > 499 || xhr.getResponseHeader("Operation-Id")) return;
  detail.shouldSwap = false;
  $("[data-failed]")?.remove();
  placeMessage(copyOf("#refused"));
}

on("htmx:beforeSwap", onForeignRefusal);
for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) on(name, onFailure);
all("#toasts .toast:not(:has(.toast-undo))").forEach(expire);

// The Details pane beside the list: which row is open, and where the focus goes after a swap.
import { $, all, dialog, isPoll, on } from "./dom.js";

const OPEN_ROW = ".row-link[aria-current]";
let lastOpen = ""; // the row of the client that is, or was last, in the pane

function markOpenRow() {
  const open = $("#details")?.dataset.client;
  if (open) lastOpen = `row-${open}`;
  for (const row of all(".row-link")) {
    if (open && row.id === lastOpen) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
}

// The open row comes to the middle of the list, where no other row is half under the head of the table.
function showOpenRow() {
  const row = $(OPEN_ROW)?.closest("tr");
  if (!row?.getClientRects().length) return; // on a phone, the pane is in its place
  row.scrollIntoView({ block: "center" });
  const { tHead, tBodies } = row.closest("table");
  const { bottom } = tHead.rows[0].cells[0].getBoundingClientRect(); // cells stay in view, not the head
  const first = [...tBodies[0].rows].find((one) => one.getBoundingClientRect().bottom > bottom + 1);
  row.closest("#list").parentElement.scrollBy(0, first.getBoundingClientRect().top - bottom);
}

// Where the pane takes the place of the list, or what had the focus is gone, begin at its head.
function focusPane() {
  const row = $(OPEN_ROW);
  const isAlone = row && !row.getClientRects().length;
  if (isAlone) scrollTo(0, 0);
  if (isAlone || document.activeElement === document.body) {
    $("#details-name")?.focus({ preventScroll: true });
  }
}

// What had the focus is gone with its row, or cannot be pressed any more.
function restoreFocus() {
  const lost = document.activeElement;
  if (lost !== document.body && !lost.disabled) return;
  const row = $(OPEN_ROW) ?? document.getElementById(lastOpen);
  (row ?? $("#add-client") ?? $("#main"))?.focus({ preventScroll: true });
}

// Another answer was quicker and has replaced the target of this one. It may be newer or older, so what
// is there now asks once more. Heard at the old place itself, as nothing bubbles from there.
function onLateAnswer(event) {
  const { target } = event.detail;
  if (target.isConnected) return;
  event.detail.shouldSwap = false;
  const source = document.getElementById(target.id);
  if (!source?.hasAttribute("hx-get") || isPoll(event)) return;
  htmx.ajax("GET", source.getAttribute("hx-get"), { source, target: source, swap: "outerHTML" });
}

on("htmx:beforeRequest", ({ detail }) =>
  detail.target.addEventListener("htmx:beforeSwap", onLateAnswer),
);
on("htmx:afterSettle", (event) => {
  markOpenRow();
  if (isPoll(event)) return;
  if (event.detail.elt.id === "details") focusPane();
  else if (!dialog.open) restoreFocus();
});
markOpenRow();
showOpenRow();

// Test it: asks the token endpoint for a token with the two values that the page shows, says what
// it answered, and throws the token away. Texts come from the page (secrets/_test_it.html).
import { $ } from "./dom.js";

const WAIT_MS = 15_000;
const FIRST = ["iss", "aud", "roles", "exp", "scope"]; // what an API checks
const MOMENTS = ["exp", "iat", "nbf"];

export async function testSecret(button) {
  if (button.disabled) return;
  const place = button.closest("[data-once]");
  const result = $(".test-result", place);
  const template = $("#test-words", place);
  const words = template.dataset;
  const line = (tone, text, aside) => lineOf(template, tone, text, aside);
  button.disabled = true;
  result.hidden = false;
  result.replaceChildren(line("wait", words.asking));
  const began = performance.now();
  try {
    const answer = await ask(button.dataset.test, place);
    const took = words.took.replace("%n", Math.max(1, Math.round(performance.now() - began)));
    result.replaceChildren(...(await reportOf(answer, words, line, took)));
  } catch {
    result.replaceChildren(line("bad", words.unreachable));
  }
  button.disabled = false;
}

// By the same origin, with neither cookies nor cache: as a machine would ask.
function ask(address, place) {
  const value = (id) => $(id, place).textContent;
  const resource = $("[data-choose-api]", place)?.value;
  return fetch(address, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: value("#id_client_id"),
      client_secret: value("#id_client_secret"),
      ...(resource && { resource }),
    }),
    credentials: "omit",
    cache: "no-store",
    redirect: "error",
    signal: AbortSignal.timeout(WAIT_MS),
  });
}

async function reportOf(answer, words, line, took) {
  const body = await answer.json();
  if (!answer.ok) {
    const text = `${answer.status} - ${body.error}`;
    return [line("bad", text, took), paragraph(advice(answer, words))];
  }
  const text = words.token.replace("%n", body.expires_in);
  return [line("ok", `${answer.status} - ${text}`, took), table(claims(body.access_token), words)];
}

function advice(answer, words) {
  const wait = answer.headers.get("Retry-After");
  if (wait) return words.wait.replace("%n", wait);
  return answer.status === 401 ? words.refused : words.other;
}

// The middle part of a signed token (RFC 7515): JSON in base64url.
function claims(token) {
  const part = token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/");
  const bytes = Uint8Array.from(atob(part), (character) => character.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
}

function leading(rows) {
  return Object.fromEntries(FIRST.filter((name) => name in rows).map((name) => [name, rows[name]]));
}

function table(rows, words) {
  const shown = document.createElement("table");
  shown.className = "claims";
  shown.createCaption().textContent = words.caption;
  shown.caption.className = "sr-only";
  for (const [name, value] of Object.entries({ ...leading(rows), ...rows })) {
    const row = shown.insertRow();
    const head = document.createElement("th");
    head.scope = "row";
    head.append(document.createElement("code"));
    head.firstChild.textContent = name;
    const cell = document.createElement("td");
    cell.translate = false;
    cell.textContent = MOMENTS.includes(name) ? moment(value) : [value].flat().join(", ");
    row.append(head, cell);
  }
  return shown;
}

function moment(seconds) {
  const form = { dateStyle: "medium", timeStyle: "medium", timeZone: "UTC" };
  return `${new Date(seconds * 1000).toLocaleString("en-GB", form)} UTC`;
}

function lineOf(template, tone, text, aside = "") {
  const shown = paragraph("");
  shown.className = "test-line";
  const badge = $(`.badge-${tone}`, template.content).cloneNode(true);
  $("span", badge).textContent = text;
  shown.append(badge);
  if (aside) {
    const sub = document.createElement("span");
    sub.className = "sub";
    sub.textContent = aside;
    shown.append(sub);
  }
  return shown;
}

function paragraph(text) {
  const shown = document.createElement("p");
  shown.textContent = text;
  return shown;
}

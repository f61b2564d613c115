// Passkeys: asks the browser for one, and sends its answer by the form around the button.
// Loaded when a button is pressed, and by a sign-in page whose browser offers passkeys in a field.
import { $ } from "./dom.js";

const { PublicKeyCredential: Passkeys } = globalThis;
const REFRESH_MS = 240_000; // a challenge is good for 5 minutes
let waiting = null; // what ends the request of the field, as a browser has one at a time

/** Asks for a passkey, or for a new one, and sends the form of `button`. */
export async function usePasskey(button) {
  const { form } = button;
  stopWaiting();
  say(form, "");
  try {
    send(form, await answer(button, {}));
  } catch (error) {
    say(form, sentence(error, button.dataset));
  }
}

/** Lets the field for the username offer passkeys, where the browser can do that. */
export async function offerInField(button) {
  if (!(await Passkeys?.isConditionalMediationAvailable?.())) return;
  stopWaiting();
  waiting = new AbortController();
  const { signal } = waiting;
  const timer = setTimeout(() => offerInField(button), REFRESH_MS);
  signal.addEventListener("abort", () => clearTimeout(timer));
  try {
    const credential = await answer(button, { mediation: "conditional", signal });
    stopWaiting();
    send(button.form, credential);
  } catch {
    // the person chose another way, or the line broke: the button is still there
  }
}

function stopWaiting() {
  waiting?.abort();
  waiting = null;
}

async function answer(button, more) {
  if (!Passkeys?.parseRequestOptionsFromJSON) throw new DOMException("", "NotSupportedError");
  const reply = await fetch(button.dataset.passkey, { cache: "no-store", signal: more.signal });
  if (!reply.ok) throw new DOMException("", "NetworkError");
  const { publicKey } = await reply.json();
  const credential = publicKey.user
    ? await navigator.credentials.create({ publicKey: Passkeys.parseCreationOptionsFromJSON(publicKey) })
    : await navigator.credentials.get({ publicKey: Passkeys.parseRequestOptionsFromJSON(publicKey), ...more });
  return JSON.stringify(credential);
}

function send(form, credential) {
  const field = form.elements.passkey;
  field.value = credential;
  form.requestSubmit();
  setTimeout(() => (field.value = "")); // it is good for one try
}

function sentence({ name }, texts) {
  if (name === "NotAllowedError" || name === "AbortError") return texts.cancelled;
  if (name === "InvalidStateError") return texts.known;
  if (name === "SecurityError") return texts.elsewhere;
  return name === "NetworkError" || name === "TypeError" ? texts.ended : texts.old;
}

function say(form, text) {
  const line = $("[data-passkey-error]", form);
  $("span", line).textContent = text;
  line.hidden = !text;
}

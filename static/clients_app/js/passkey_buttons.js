// Buttons that use a passkey; few pages have one, so the rest is loaded when it is needed.
import { $, onPress } from "./dom.js";

const autofill = $("[data-autofill]");

async function pressPasskey(button) {
  const { usePasskey } = await import("./passkeys.js");
  usePasskey(button);
}

onPress('[data-passkey][type="button"]', pressPasskey);

// Before the form is sent by its button or by Enter, the browser makes the passkey.
addEventListener(
  "submit",
  (event) => {
    const button = $('[data-passkey][type="submit"]', event.target);
    if (!button || event.target.elements.passkey.value) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    pressPasskey(button);
  },
  { capture: true },
);

if (autofill) import("./passkeys.js").then(({ offerInField }) => offerInField(autofill));

// Makes a key pair in the browser: the public key goes into the form, the private key into a file of
// this machine. It is never sent. Texts come from the page (secrets/key_add.html).
import { $ } from "./dom.js";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" };

export async function makeKeyPair(button) {
  const note = $("#key-pair-note");
  note.hidden = false;
  if (!globalThis.crypto?.subtle) {
    note.textContent = button.dataset.impossible;
    return;
  }
  const pair = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const [open, closed] = await Promise.all([
    crypto.subtle.exportKey("spki", pair.publicKey),
    crypto.subtle.exportKey("pkcs8", pair.privateKey),
  ]);
  $("#id_key").value = pem("PUBLIC KEY", open);
  save(button.dataset.makeKeys, pem("PRIVATE KEY", closed));
  note.textContent = button.dataset.made;
}

function pem(label, content) {
  const text = btoa(String.fromCharCode(...new Uint8Array(content)));
  return `-----BEGIN ${label}-----\n${text.match(/.{1,64}/g).join("\n")}\n-----END ${label}-----\n`;
}

function save(name, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/x-pem-file" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

"""Searches for a secret where it could have been left: page, browser, server."""

import base64
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from playwright.sync_api import Page

from tests.portal_process import PortalProcess

#: everything a page can reach: document, storage, history and location
IN_THE_BROWSER: Final = """async () => {
  const parts = [document.documentElement.outerHTML, document.title, location.href, name];
  for (const field of document.querySelectorAll("input, textarea")) parts.push(field.value);
  for (const template of document.querySelectorAll("template")) parts.push(template.innerHTML);
  for (const storage of [localStorage, sessionStorage]) parts.push(JSON.stringify({...storage}));
  parts.push(JSON.stringify(history.state), document.cookie);
  for (const { name, version } of await indexedDB.databases()) {
    const database = await new Promise((resolve, reject) => {
      const request = indexedDB.open(name, version);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    for (const store of database.objectStoreNames) {
      parts.push(await new Promise((resolve) => {
        const request = database.transaction(store).objectStore(store).getAll();
        request.onsuccess = () => resolve(JSON.stringify(request.result));
      }));
    }
  }
  for (const key of await caches.keys()) {
    const cache = await caches.open(key);
    for (const request of await cache.keys()) {
      parts.push(request.url, await (await cache.match(request)).text());
    }
  }
  const workers = await navigator.serviceWorker.getRegistrations();
  parts.push(...workers.map((worker) => worker.scope));
  return parts.join("\\n");
}"""
#: prints what the encrypted sessions hold
_SESSIONS: Final = """
from base64 import b64decode
from clients_app.models import Session
from clients_app import derived_keys
for data in Session.objects.values_list("session_data", flat=True):
    print(derived_keys.decrypt(b64decode(data), derived_keys.SESSIONS))
"""


def forms_of(plain: str) -> set[str]:
    """Return the encodings of a secret to search for."""
    raw = plain.encode()
    forms = {plain, plain[:20], quote(plain, safe=""), "".join(f"%{byte:02x}" for byte in raw)}
    for shift in range(3):  # base64 of a text that contains the secret at any offset
        encoded = base64.b64encode(b"x" * shift + raw[:20]).decode()
        middle = encoded[4:-4]  # the part that does not depend on the surrounding text
        forms |= {middle, middle.replace("+", "-").replace("/", "_")}
    return {*forms, raw[:20].hex()}


def found_in(text: str, plain: str) -> set[str]:
    """Return the encodings of the secret that are in ``text``."""
    lower = text.lower()
    return {form for form in forms_of(plain) if form in text or form.lower() in lower}


def in_page(page: Page, plain: str) -> set[str]:
    """Return the encodings of the secret that the page could still reach."""
    return found_in(page.evaluate(IN_THE_BROWSER), plain)


def on_server(portal: PortalProcess, plain: str) -> list[str]:
    """Return the places on the server that have the secret in any encoding."""
    return [place for place, text in _places(portal) if found_in(text, plain)]


def _places(portal: PortalProcess) -> Iterator[tuple[str, str]]:
    """Yield name and text of each place: tables, decrypted sessions, files and WAL, the log."""
    yield "tables", portal.dump_of_every_table()
    shown = portal.run("shell", "-c", _SESSIONS)
    assert shown.returncode == 0, shown.stderr
    yield "sessions", shown.stdout
    for file in (*portal.data_dir.rglob("*"), portal.log_file):
        if file.is_file():
            yield str(file), file.read_bytes().decode("latin-1")

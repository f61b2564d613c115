"""The operations on credentials at the admin site and in the portal, and how to drive both."""

import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any, Final, NamedTuple

from django.db import transaction
from django.test import Client as Browser
from django.urls import reverse
from joserfc.jwk import ECKey

from clients_app.rules.jwts import to_base64url
from tests.admin.conftest import Installation
from tests.responses import text_of, value_of

EC: Final = ECKey.generate_key("P-256")
PUBLIC: Final = EC.as_pem(private=False).decode()
PRIVATE: Final = EC.as_pem(private=True).decode()
SHORT: Final = json.dumps({"kty": "RSA", "e": "AQAB", "n": to_base64url(b"\xff" * 128)})
NEVER: Final = {"never_expires": "on", "form_key": "one-time-key-of-the-form"}
RULE: Final = {**NEVER, "issuer": "https://issuer.example", "subject_rule": "job:build"}
GITHUB: Final = {**NEVER, "owner": "o", "repository": "r", "environment": "production"}


Doors = tuple[Browser, Browser]  # of the admin site and the portal


class Operation(NamedTuple):
    """An operation: its address at both doors, and what is typed to perform it."""

    admin: str
    row: str  # of the installation
    portal: str  # below the address of the client; %s: the id of the row
    typed: dict[str, str]
    said: str
    query: str = ""  # of the address at the admin site

    def addresses(self, rows: Installation) -> tuple[str, str]:
        row = getattr(rows, self.row)
        here = reverse(f"admin:{self.admin}", args=[row.pk]) + self.query
        rest = self.portal % row.pk if "%s" in self.portal else self.portal
        return here, f"/security/clients/{rows.client.pk}/{rest}"


OPERATIONS: Final = {
    "add key": Operation(
        "client-keys-add", "client", "keys/add", {**NEVER, "key": PUBLIC}, " added."
    ),
    "rotate key": Operation(
        *("public-key-rotate", "public_key", "keys/%s/rotate"),
        *({**NEVER, "key": PUBLIC, "old": "24h"}, " added."),
    ),
    "edit key": Operation(
        *("public-key-edit", "public_key", "keys/%s/edit"),
        *({"secret_description": "Gateway"}, "Public key Gateway"),
    ),
    "remove key": Operation("public-key-remove", "public_key", "keys/%s/remove", {}, " removed."),
    "add identity by its rules": Operation(
        *("client-identities-add", "client", "identities/add/other", RULE),
        *("Federated identity job:build added.", "?platform=other"),
    ),
    "add identity by its platform": Operation(
        *("client-identities-add", "client", "identities/add/github", GITHUB),
        *("environment:production added.", "?platform=github"),
    ),
    "edit identity": Operation(
        *("identity-edit", "identity", "identities/%s/edit"),
        *({"subject_rule": "job:*"}, "Federated identity job:* saved."),
    ),
    "remove identity": Operation(
        *("identity-remove", "identity", "identities/%s/remove", {}),
        "Federated identity job:build removed.",
    ),
    "edit secret": Operation(
        *("secret-edit", "secret", "secrets/%s/edit"),
        *({"secret_description": "Gateway"}, "Secret Gateway"),
    ),
    "remove secret": Operation("secret-remove", "secret", "secrets/%s/remove", {}, " removed."),
    "edit assertions": Operation(
        *("client-assertions-edit", "client", "assertions/edit"),
        *({"demands_assertion_type": "on"}, "Assertions saved."),
    ),
    "end secrets": Operation(
        "client-secrets-end", "client", "secrets/end", {"old": "1h"}, "1 secret will expire."
    ),
}


def opened(browser: Browser, address: str, names: Any) -> dict[str, str | None]:
    """Open a form; return the values of its fields, and its textareas."""
    page = browser.get(address)
    found = {name: value_of(name, page) for name in names}
    for name, text in re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>\s*([^<]*)<', text_of(page)):
        found[name] = text
    ticked = re.findall(r'<input type="checkbox" [^>]*name="(\w+)"[^>]*checked', text_of(page))
    return {**found, "ticked": " ".join(sorted(ticked))}


def sent(browser: Browser, address: str, typed: dict[str, str]) -> Any:
    """Send a form with what it opened with, except ``typed``."""
    page = browser.get(address)
    names = ("version", "zone", "secret_description", "expiration", "issuer", "audience")
    values = {name: unescape(value_of(name, page) or "") for name in (*names, "subject_rule")}
    return browser.post(address, {**values, **typed}, follow=True)


def problems_in(reply: Any) -> set[tuple[str, str]]:
    """Return the id of the field and the sentence of each error."""
    text = text_of(reply)
    here = re.findall(r'<ul class="errorlist[^"]*"(?: id="(\w+)_error")?>(.*?)</ul>', text, re.S)
    found = {
        (field, sentence.strip())
        for field, items in here
        for sentence in re.findall(r"<li>(.*?)</li>", items, re.S)
    }
    there = re.findall(r'<li>(?:<a href="#(\w+)">[^:]*: )?([^<]*)(?:</a>)?</li>', text)
    if 'id="errors"' in text:
        found = {(field, sentence.strip()) for field, sentence in there}
    return {(field, unescape(sentence)) for field, sentence in found}


def at_both_doors(
    name: str, doors: Doors, rows: Installation, act: Callable[..., Any]
) -> list[Any]:
    """Return what ``act`` returns at the admin site and in the portal, each from the same rows."""
    results = []
    for browser, address in zip(doors, OPERATIONS[name].addresses(rows), strict=True):
        with transaction.atomic():
            results.append(act(browser, address))
            transaction.set_rollback(True)
    return results

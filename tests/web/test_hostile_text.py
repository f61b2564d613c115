"""Hostile text in every field that takes text, shown at every door (WEB-6, CLI-6)."""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from django.core import mail
from django.db.models import Model
from django.test import Client as Browser
from icalendar import Calendar

from clients_app.admin import urls
from clients_app.admin.site import site
from clients_app.services.notices import deliveries
from clients_app.services.notices.calendar_links import create_feed
from clients_app.services.notices.schedule import queue_notices
from tests.actors import actor_for
from tests.admin.conftest import list_of, page_of
from tests.conftest import browser_of
from tests.hostile_installation import Installation, make_installation
from tests.hostile_text import breaks_of, hostile, shown_in
from tests.matrix_rows import ROWS
from tests.oauth.assertions import b64
from tests.responses import HTMX, text_of

pytestmark = pytest.mark.one_database

assert urls  # registers the models
#: every field that takes free text
FIELDS: Final = (
    *("tenant", "person", "client", "description", "contact", "tag", "removed", "role"),
    *("role-description", "secret", "filter", "channel", "message", "key", "identity"),
    *("subject", "claim", "rule", "sent", "expected"),
)
LISTED: Final = ("client", "description", "contact", "tag", "role", "secret", "person", "tenant")


@pytest.fixture
def installation(db: None) -> Installation:
    return make_installation()


@pytest.fixture
def browser(installation: Installation) -> Browser:
    return browser_of(installation.person)


def addresses(on: Installation) -> Iterator[str]:
    values = {
        "client_id": on.client.pk,
        "secret_id": on.secret.pk,
        "removed_id": on.removed.pk,
        "role_id": on.role.pk,
        "key_id": on.key.pk,
        "identity_id": on.identity.pk,
        "client_type": "client-credentials",
        "channel": "webhook",
    }
    choices = {
        "operation": ("tags", "owners", "disable", "enable"),
        "tab": ("details", "secrets", "roles", "activity"),
        "preset": ("github", "other"),
    }
    for route in ROWS:
        for name, value in values.items():
            route = route.replace(f"<{name}>", str(value))
        name = next((name for name in choices if f"<{name}>" in route), "")
        for value in choices.get(name, ("",)):
            address = f"/{route}".replace(f"<{name}>", value)
            yield f"{address}?clients={on.client.pk}" if "/bulk/" in address else address
    identity = f"/security/clients/{on.client.pk}/identities/{on.identity.pk}"
    yield f"{identity}/edit?near_miss={on.near_miss.pk}"


def inputs_of(page: str) -> dict[str, str]:
    """Return every field of the forms of a page with hostile text."""
    names = re.findall(r'<(?:input|textarea|select)\b[^>]*\sname="([^"]+)"', page)
    return {name: hostile(name) for name in names if name != "csrfmiddlewaretoken"}


def test_portal_shows_hostile_text_as_text(installation: Installation, browser: Browser) -> None:
    seen, broken = "", []
    for address in (*addresses(installation), "/security/clients?show=removed"):
        replies = [
            (label, browser.get(address, headers=headers))
            for label, headers in (("page", {}), ("window", HTMX))
        ]
        more = "&" if "?" in address else "?"
        typed = "&".join(
            f"{name}={hostile(name).replace('&', '%26').replace('%', '%25').replace(';', '%3B')}"
            for name in ("q", "text", "show", "sort", "type", "person", "client", "kind", "from")
        )
        replies.append(("typed", browser.get(f"{address}{more}{typed}")))
        window = text_of(replies[0][1])
        if 'method="post"' in window and ROWS_WITH_FORMS.search(address):
            replies.append(("sent", browser.post(address, inputs_of(window), headers=HTMX)))
        for label, reply in replies:
            if reply.streaming or not reply.get("Content-Type", "").startswith("text/html"):
                continue
            seen += shown_in(text_of(reply))
            broken += [f"{label} {address}: {one}" for one in breaks_of(text_of(reply))]

    assert not broken, "\n".join(broken)
    assert [field for field in FIELDS if hostile(field) not in seen] == []


#: forms whose refusal shows what was typed
ROWS_WITH_FORMS: Final = re.compile(
    "/(add|edit|rotate|webhook|organisation|export|restore|tags|end|token-trial)"
)


def test_tested_token_with_hostile_text_is_shown_as_text(
    installation: Installation, browser: Browser
) -> None:
    names = ("kid", "typ", "iss", "aud", "sub", "exp", "jti")
    parts = [{name: hostile(name) for name in names}] * 2
    token = b".".join(
        [*(b64(json.dumps({**part, "alg": "ES256"}).encode()) for part in parts), b"c2lnbg"]
    )
    address = f"/security/clients/{installation.client.pk}/token-trial"

    shown = text_of(browser.post(address, {"token": token.decode()}, headers=HTMX))

    assert breaks_of(shown) == []
    assert [
        name for name in ("kid", "typ", "iss", "aud", "sub") if hostile(name) not in shown_in(shown)
    ] == []


def test_admin_site_shows_hostile_text_as_text(
    installation: Installation, browser: Browser
) -> None:
    rows: list[Model] = [row for row in installation if type(row) in site._registry]
    pages = ["/admin/", *map(list_of, site._registry), *map(page_of, rows)]
    pages += [f"{page_of(row)}{way}/" for row in rows for way in ("edit", "remove", "rotate")]
    pages += [f"{page}?q={hostile('q')}" for page in map(list_of, site._registry)]
    seen, broken = "", []
    for address in pages:
        text = text_of(browser.get(address, follow=True))
        seen += shown_in(text)
        broken += [f"{address}: {one}" for one in breaks_of(text)]

    assert not broken, "\n".join(broken)
    assert [field for field in LISTED if hostile(field) not in seen] == []


def test_mail_and_calendar_show_hostile_text_as_text(
    installation: Installation, browser: Browser, settings: Any
) -> None:
    settings.MAIL = {"EMAIL_HOST": "127.0.0.1"}
    queue_notices(installation.tenant, now=datetime.now(UTC))
    for pk in deliveries.due(now=datetime.now(UTC)):
        deliveries.attempt(pk, now=datetime.now(UTC))

    (message,) = mail.outbox
    html = str(message.alternatives[0][0])
    assert breaks_of(html) == []
    for text in (shown_in(html), str(message.body)):
        assert hostile("client") in text
        assert hostile("secret") in text
    assert message.subject.count("\n") == 0
    assert hostile("tenant") in message.subject

    person, now = installation.person, datetime.now(UTC)
    key = create_feed(person, actor=actor_for(person), now=now)
    events = Calendar.from_ical(browser.get(f"/calendar/{key}.ics").content).walk("VEVENT")
    assert all(hostile("client") in event["summary"] for event in events)
    told = " ".join(event["description"] for event in events)
    assert all(hostile(field) in told for field in ("secret", "key", "identity"))


def test_export_holds_hostile_text_as_text(installation: Installation, browser: Browser) -> None:
    exported = {}
    for chosen in ("csv", "jsonl"):
        reply = browser.post("/security/activity/export", {"format": chosen})
        exported[chosen] = b"".join(reply.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(exported["csv"])))
    lines = exported["jsonl"].splitlines()

    assert {len(row) for row in rows} == {len(rows[0])}
    assert not [cell for row in rows for cell in row if cell[:1] in "=+-@\t\r" and cell]
    events = [json.loads(line) for line in lines]
    assert len(events) == len(rows)  # one fewer than lines of CSV, and the first export
    names = {event["object_name"] for event in events}
    assert {hostile("client"), hostile("role"), hostile("tenant")} <= names
    assert exported["jsonl"].isascii()

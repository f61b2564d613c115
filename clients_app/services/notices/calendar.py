"""Expirations as a calendar (RFC 5545)."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from django.utils.translation import gettext, gettext_noop
from icalendar import Calendar, Event

from clients_app import conf
from clients_app.selectors.credentials.uses import used_of
from clients_app.selectors.notices.expirations import successor_of
from clients_app.services.notices.messages import secrets_url


class _Texts(NamedTuple):
    """Summary and description of an event, without and with a successor."""

    expires: tuple[str, str]
    replaced: tuple[str, str] = ("", "")


_TEXTS: Final = {  # by the column of the credential
    "secret_id": _Texts(
        (
            gettext_noop("Client Secret of %(client)s expires"),
            gettext_noop(
                "The secret %(name)s of the client %(client)s expires. Add a new secret before "
                "then."
            ),
        ),
        (
            gettext_noop("Replaced Client Secret of %(client)s ends"),
            gettext_noop(
                "The secret %(name)s of the client %(client)s ends. %(new)s replaced it: make "
                "sure that your applications use that one."
            ),
        ),
    ),
    "key_id": _Texts(
        (
            gettext_noop("Public key of %(client)s expires"),
            gettext_noop(
                "The public key %(name)s of the client %(client)s expires. Rotate it before then."
            ),
        ),
        (
            gettext_noop("Replaced public key of %(client)s ends"),
            gettext_noop(
                "The public key %(name)s of the client %(client)s ends. %(new)s replaced it: make "
                "sure that your applications use that one."
            ),
        ),
    ),
    "identity_id": _Texts(
        (
            gettext_noop("Federated identity of %(client)s expires"),
            gettext_noop(
                "The federated identity %(name)s of the client %(client)s expires. Give it a later "
                "end before then."
            ),
        )
    ),
}
REFRESH: Final = timedelta(hours=6)  # how often a calendar program may fetch it


def calendar_of(tenant_name: str, credentials: Iterable[Any], *, now: datetime) -> bytes:
    """Return one event for each of the secrets, keys and identities, when it expires."""
    calendar = Calendar()
    calendar.add("prodid", "-//Security Clients Portal//Expirations//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", gettext("Client Secrets of %(tenant)s") % {"tenant": tenant_name})
    calendar.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    for one in credentials:
        if one.expires_at is not None:
            calendar.add_component(_event(one, now=now))
    content: bytes = calendar.to_ical()
    return content


def _event(credential: Any, *, now: datetime) -> Event:
    event = Event()
    host = urlsplit(conf.public_url()).hostname
    successor, used = successor_of(credential), used_of(credential)
    values = {
        "name": str(credential),
        "client": credential.client.name,
        "new": str(successor),
    }
    texts = _TEXTS[used.column]
    summary, description = texts.replaced if successor is not None else texts.expires
    kind = used.column.removesuffix("_id")
    event.add("uid", f"{kind}-{credential.pk}@{host}")
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", credential.expires_at.astimezone(UTC))
    event.add("summary", gettext(summary) % values)
    event.add("description", gettext(description) % values)
    event.add("url", secrets_url(credential.client_id))
    event.add("transp", "TRANSPARENT")
    return event

"""Expirations as a calendar (RFC 5545)."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from django.utils.translation import gettext
from icalendar import Calendar, Event

from clients_app import conf
from clients_app.models import ClientSecret
from clients_app.services.notices.items import secrets_url

REFRESH: Final = timedelta(hours=6)  # how often a calendar program may ask


def calendar_of(tenant_name: str, secrets: Iterable[ClientSecret], *, now: datetime) -> bytes:
    """Return one event for each of the ``secrets``, at the moment of its end."""
    calendar = Calendar()
    calendar.add("prodid", "-//Security Clients Portal//Expirations//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", gettext("Client Secrets of %(tenant)s") % {"tenant": tenant_name})
    calendar.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    for secret in secrets:
        calendar.add_component(_event(secret, now=now))
    content: bytes = calendar.to_ical()
    return content


def _event(secret: ClientSecret, *, now: datetime) -> Event:
    assert secret.expires_at is not None  # noqa: S101  narrows the type; only what ends is here
    event = Event()
    host = urlsplit(conf.public_url()).hostname
    names = {"secret": str(secret), "client": secret.client.name}
    event.add("uid", f"secret-{secret.pk}@{host}")
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", secret.expires_at.astimezone(UTC))
    event.add("summary", gettext("Client Secret of %(client)s expires") % names)
    event.add(
        "description",
        gettext(
            "The secret %(secret)s of the client %(client)s ends. Add a new secret before then."
        )
        % names,
    )
    event.add("url", secrets_url(secret.client_id))
    event.add("transp", "TRANSPARENT")
    return event

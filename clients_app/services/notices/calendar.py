"""Expirations as a calendar (RFC 5545)."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from django.utils.translation import gettext
from icalendar import Calendar, Event

from clients_app import conf
from clients_app.models import ClientSecret
from clients_app.selectors.notices.expirations import successor_of
from clients_app.services.notices.messages import secrets_url

REFRESH: Final = timedelta(hours=6)  # how often a calendar program may fetch it


def calendar_of(tenant_name: str, secrets: Iterable[ClientSecret], *, now: datetime) -> bytes:
    """Return one event for each of the ``secrets``, when it expires."""
    calendar = Calendar()
    calendar.add("prodid", "-//Security Clients Portal//Expirations//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", gettext("Client Secrets of %(tenant)s") % {"tenant": tenant_name})
    calendar.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    for secret in secrets:
        if secret.expires_at is not None:
            calendar.add_component(_event(secret, secret.expires_at, now=now))
    content: bytes = calendar.to_ical()
    return content


def _event(secret: ClientSecret, ends_at: datetime, *, now: datetime) -> Event:
    event = Event()
    host = urlsplit(conf.public_url()).hostname
    successor = successor_of(secret)
    names = {"secret": str(secret), "client": secret.client.name, "new": str(successor)}
    if successor is not None:
        summary = gettext("Replaced Client Secret of %(client)s ends")
        description = gettext(
            "The secret %(secret)s of the client %(client)s ends. %(new)s replaced it: make sure "
            "that your applications use that one."
        )
    else:
        summary = gettext("Client Secret of %(client)s expires")
        description = gettext(
            "The secret %(secret)s of the client %(client)s expires. Add a new secret before then."
        )
    event.add("uid", f"secret-{secret.pk}@{host}")
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", ends_at.astimezone(UTC))
    event.add("summary", summary % names)
    event.add("description", description % names)
    event.add("url", secrets_url(secret.client_id))
    event.add("transp", "TRANSPARENT")
    return event

"""Signs people in at the provider of a test, as their browser does."""

from typing import Any

from django.test import Client as Browser

from clients_app.models import AuditEvent, Person
from clients_app.services.activity import refused_attempts
from tests.identity.lying_provider import LyingProvider

START = "/sign-in/with/1"


def visit(browser: Browser, provider: LyingProvider, **sent: str) -> Any:
    """Return the answer to the browser that comes back from the provider."""
    return browser.get(provider.authorize(address_after(browser.post(START, sent))))


def address_after(reply: Any) -> str:
    """Return the address of the provider, where the page leads."""
    assert reply.status_code == 200, reply.content.decode()
    wait, _, address = reply["Refresh"].partition("; url=")
    assert wait == "0"
    return address


def last_event() -> AuditEvent:
    refused_attempts.flush()
    event = AuditEvent.objects.order_by("pk").last()
    assert event is not None
    return event


def actions() -> list[str]:
    return list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))


def is_signed_in(browser: Browser) -> bool:
    return browser.get("/account").status_code == 200


def names_of_roles(person: Person) -> list[str]:
    return sorted(person.roles.values_list("name", flat=True))

"""The audit event of each action of a person: table of action -> expected row (AUD-3)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import pytest
from django.test import Client as Browser

from clients_app import audit
from clients_app.models import AuditEvent, Client, ClientSecret, Person, Tenant
from clients_app.services.activity import refused_attempts
from tests.conftest import Machine, browser_of
from tests.full_disk import refuse_events
from tests.portal_process import PASSWORD

LIST: Final = "/security/clients"
PROOF: Final = {"proof_for": "GET", "proof": PASSWORD}


def sign_in(browser: Browser, username: str, password: str = PASSWORD) -> int:
    form = {"login": username, "password": password}
    return browser.post("/sign-in", form, REMOTE_ADDR="192.0.2.7").status_code


def recorded_events() -> list[tuple[str, str, str, str]]:
    """Return action, outcome, actor and object of all events after the fixtures'."""
    rows = AuditEvent.objects.exclude(action__in=("tenant.added", "person.added", "client.added"))
    rows = rows.exclude(action="client.secret.added").order_by("sequence")
    return list(rows.values_list("action", "outcome", "actor_name", "object_name"))


ACTIONS: Final[dict[str, tuple[Callable[[Browser, str], Any], tuple[str, str, str, str]]]] = {
    "a good sign-in": (
        lambda browser, client: sign_in(Browser(), "mara"),
        ("person.signed.in", "done", "mara", "mara"),
    ),
    "a sign-in with a wrong password": (
        lambda browser, client: sign_in(Browser(), "MARA", "no"),
        ("sign-in.refused", "refused", "unknown", "mara"),
    ),
    "sign-out": (
        lambda browser, client: browser.post("/sign-out"),
        ("person.signed.out", "done", "jonas", "jonas"),
    ),
    "a good proof": (
        lambda browser, client: browser.post("/security/roles/add", PROOF),
        ("role.add", "refused", "jonas", ""),
    ),
    "a wrong password where a new one is chosen": (
        lambda browser, client: browser.post(
            "/account/password", {"oldpassword": "no", "password1": "x", "password2": "x"}
        ),
        ("session.confirm", "refused", "jonas", ""),
    ),
    "seeing secrets without the right": (
        lambda browser, client: browser.get(f"{LIST}/{client}/secrets"),
        ("client.secret.read", "refused", "jonas", "Wind park reader"),
    ),
    "adding a client without the right": (
        lambda browser, client: browser.post(f"{LIST}/add"),
        ("client.add", "refused", "jonas", ""),
    ),
    "the site for Staff without being Staff": (
        lambda browser, client: browser.get("/admin/"),
        ("installation.manage", "refused", "jonas", ""),
    ),
}


@pytest.mark.parametrize(("action", "row"), ACTIONS.values(), ids=ACTIONS)
def test_each_action_writes_its_audit_event(
    action: Callable[[Browser, str], Any],
    row: tuple[str, str, str, str],
    administrator: Person,
    colleague_browser: Browser,
    machine: Machine,
    tenant: Tenant,
) -> None:
    action(colleague_browser, str(machine.client.pk))
    refused_attempts.flush()

    assert recorded_events() == [row]
    assert audit.first_fault(tenant.pk) is None


def test_confirm_identity_success_and_failure_are_recorded(
    administrator: Person, machine: Machine
) -> None:
    address = f"{LIST}/{machine.client.pk}/secrets/add"
    browser = browser_of(administrator, proof_age=timedelta(minutes=11))

    browser.post(address, {**PROOF, "proof": "wrong"})
    browser.post(address, PROOF)

    assert recorded_events() == [
        ("session.confirm", "refused", "mara", ""),
        ("session.confirmed", "done", "mara", "mara"),
    ]


def test_event_has_address_and_operation_id(administrator: Person) -> None:
    form = {"login": "mara", "password": PASSWORD}
    reply = Browser().post("/sign-in", form, REMOTE_ADDR="192.0.2.7")

    event = AuditEvent.objects.get(action="person.signed.in")
    assert (event.address, event.operation_id) == ("192.0.2.7", reply["Operation-Id"])


def test_sign_in_without_its_event_fails(administrator: Person) -> None:
    """AUD-1: 503 and no session."""
    refuse_events()
    browser = Browser(raise_request_exception=False)

    assert sign_in(browser, "mara") == 503

    assert browser.get(LIST).status_code == 303


def test_refused_attempt_without_its_event_stays_refused(
    colleague_browser: Browser, machine: Machine
) -> None:
    refuse_events()

    reply = colleague_browser.post(f"{LIST}/{machine.client.pk}/remove")

    assert reply.status_code == 403
    assert len(refused_attempts.repeated) == 1


def test_add_client_without_its_event_saves_nothing(
    administrator_browser: Browser, draft: dict[str, Any]
) -> None:
    """AUD-1: 503 and no row."""
    refuse_events()
    administrator_browser.raise_request_exception = False

    reply = administrator_browser.post(f"{LIST}/register", draft)

    assert (reply.status_code, reply["Retry-After"]) == (503, "5")
    assert not Client.objects.exists()
    assert not ClientSecret.objects.exists()


def test_admin_change_without_its_event_saves_nothing(
    administrator_browser: Browser, machine: Machine
) -> None:
    """AUD-1: 503 and the row as it was."""
    refuse_events()
    administrator_browser.raise_request_exception = False

    address = f"/admin/clients_app/client/{machine.client.pk}/disable/"
    assert administrator_browser.post(address).status_code == 503

    assert Client.objects.get().is_enabled

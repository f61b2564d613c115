"""The portal and the admin site ask for the same proof of identity, and refuse the same people.

Each operation is sent to both and compared with the permission table. An action
without a row here fails.
"""

from datetime import timedelta
from typing import Any, Final

import pytest
from django.test import Client as Browser

from clients_app.actors import Actor
from clients_app.identity.kept_forms import BACK
from clients_app.models import AuditEvent, Client, ClientSecret, Person, Role, SigningKey, Tenant
from clients_app.permissions import Action, allows
from clients_app.rules.permissions import PERMISSIONS
from clients_app.services import form_keys
from clients_app.services.clients.removal import remove_client
from clients_app.services.signing_keys.rotation import ensure_active_key
from tests.actors import actor_for, command_line_in
from tests.conftest import Machine, browser_of
from tests.credentials import insert_identities
from tests.factories import code_of, give_app, make_api, make_client, make_person, make_role
from tests.hashing import hashing_outside_transactions
from tests.permissions.operations_by_door import (
    DOOR_NAMES,
    NEW_PASSWORD,
    PASSWORD_FORM,
    ROWS,
    DoorRequest,
    Targets,
)
from tests.portal_process import PASSWORD
from tests.responses import text_of, value_of

pytestmark = pytest.mark.one_database

FRESH: Final = timedelta(minutes=1)
STALE: Final = timedelta(minutes=21)
DOORS: Final = [
    (action, door)
    for action, row in ROWS.items()
    for door in DOOR_NAMES
    if getattr(row, door) and action != Action.SET_OWN_PASSWORD
]

HASHING: Final = {Action.ADD_CLIENT, Action.ADD_SECRET, Action.ROTATE_SECRET}


@pytest.fixture
def targets(tenant: Tenant, administrator: Person, machine: Machine, now: Any) -> Targets:
    removed = make_client("Old gateway", tenant, now=now).client
    remove_client(removed, actor=command_line_in(tenant), now=now)
    web = make_client(
        "Viewer", tenant, client_type="hybrid", redirect_uris=("https://a.example/",)
    ).client
    ensure_active_key(now=now)
    identity = insert_identities(machine.client, 1, expires_at=None)[0]
    rows = (machine.client, machine.secret, identity, web, removed)
    role, api = make_role("Valve reader", tenant), make_api("Orders", tenant, "read")
    return Targets(tenant, administrator, *rows, role, api, now)


@pytest.fixture
def people(administrator: Person, colleague: Person, tenant: Tenant) -> dict[str, list[Person]]:
    """For each door someone with all permissions, and someone without."""
    staff = make_person("ola", tenant, password=PASSWORD, is_staff=True)
    return {"portal": [administrator, colleague], "admin": [staff, colleague]}


def send(browser: Browser, request: DoorRequest) -> Any:
    return browser.get(request.address) if request.typed is None else browser.post(*request)


def asks_for_proof(reply: Any) -> bool:
    return not reply.streaming and "Confirm your identity" in text_of(reply)


def test_action_has_a_row_here() -> None:
    assert set(ROWS) == set(Action)


@pytest.mark.parametrize(("action", "door"), DOORS)
def test_operation_in_portal_and_admin_follows_the_table(
    action: Action, door: str, targets: Targets, people: dict[str, list[Person]]
) -> None:
    request, (may, may_not) = getattr(ROWS[action], door)(targets), people[door]
    refused = door == "admin" or not allows(actor_for(may_not), action, client=targets.client)
    before = AuditEvent.objects.count()

    if PERMISSIONS[action].proof:
        assert asks_for_proof(send(browser_of(may, proof_age=STALE), request))
        assert AuditEvent.objects.count() == before
    if refused:
        assert send(browser_of(may_not, proof_age=STALE), request).status_code == 403

    before = AuditEvent.objects.count()
    age = FRESH if PERMISSIONS[action].proof else STALE
    with hashing_outside_transactions() as runs:
        reply = send(browser_of(may, proof_age=age), request)
    assert bool(runs) is (action in HASHING)
    assert not asks_for_proof(reply)
    assert reply.status_code in {200, 204, 303}, text_of(reply)
    assert request.typed is None or reply.streaming or AuditEvent.objects.count() > before


@pytest.mark.parametrize("action", [action for action, row in ROWS.items() if row.admin])
def test_form_sent_twice_on_the_admin_site_acts_once(
    action: Action, targets: Targets, people: dict[str, list[Person]]
) -> None:
    make = ROWS[action].admin
    assert make is not None
    request, browser = make(targets), browser_of(people["admin"][0])
    key = value_of("form_key", browser.get(request.address))
    assert key, "The page has no key that makes its form act once."
    typed = {**(request.typed or {}), "form_key": key}

    assert browser.post(request.address, typed).status_code in {200, 303}
    events, rows = AuditEvent.objects.count(), all_rows()
    again = browser.post(request.address, typed, follow=True)

    assert (AuditEvent.objects.count(), all_rows()) == (events, rows)
    said = {
        200: "The form was sent twice and acted once.",
        404: "Not found",  # the first one removed or restored it
        409: "Already Added",
    }
    assert said[again.status_code] in text_of(again)


def test_form_overtaken_by_itself_on_the_admin_site_acts_once(
    targets: Targets, people: dict[str, list[Person]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one acts after the first check of the key, before the transaction begins."""
    make = ROWS[Action.END_TOKENS].admin
    assert make is not None
    address, browser = make(targets).address, browser_of(people["admin"][0])
    typed = {"form_key": "one-time-key-of-the-form"}
    refuse_used, overtaken = form_keys.refuse_used, []

    def check(form_key: str, *, actor: Actor) -> None:
        refuse_used(form_key, actor=actor)
        if not overtaken:
            overtaken.append(form_key)
            overtaken.append(browser.post(address, typed))

    monkeypatch.setattr(form_keys, "refuse_used", check)
    reply = browser_of(people["admin"][0]).post(address, typed, follow=True)

    assert "The form was sent twice and acted once." in text_of(reply)
    assert AuditEvent.objects.filter(action="client.tokens.ended").count() == 1


def all_rows() -> list[list[Any]]:
    """Return the clients, secrets, roles and keys."""
    models = (Client, ClientSecret, Role, SigningKey, Tenant)
    return [list(model._default_manager.order_by("pk").values()) for model in models]


@pytest.mark.parametrize("door", DOOR_NAMES)
def test_proof_by_password_is_checked_outside_transactions(
    door: str, targets: Targets, people: dict[str, list[Person]]
) -> None:
    browser = browser_of(people[door][0], proof_age=STALE)
    request = getattr(ROWS[Action.ADD_ROLE], door)(targets)

    with hashing_outside_transactions() as runs:
        reply = browser.post(request.address, {"proof_for": "GET", "proof": PASSWORD})

    assert reply.status_code == 303
    assert len(runs) == 1


def test_change_password_without_a_second_factor_needs_no_other_proof(
    colleague: Person,
) -> None:
    browser = browser_of(colleague, proof_age=STALE)

    wrong = browser.post("/account/password", {**PASSWORD_FORM, "oldpassword": "no"})
    assert wrong.status_code == 422
    reply = browser.post("/account/password", {**PASSWORD_FORM, "oldpassword": PASSWORD})

    assert reply.status_code == 303
    colleague.refresh_from_db()
    assert colleague.check_password(NEW_PASSWORD)


def test_change_password_with_a_second_factor_asks_for_a_code(
    colleague: Person,
) -> None:
    browser, secret = browser_of(colleague, proof_age=FRESH), give_app(colleague)

    typed = {**PASSWORD_FORM, "oldpassword": PASSWORD}
    asked = browser.post("/account/password", typed)
    assert asks_for_proof(asked)
    assert PASSWORD not in text_of(asked)
    assert NEW_PASSWORD not in text_of(asked)
    proof = {"proof_for": "POST", "proof": code_of(secret), BACK: "1"}
    again = browser.post("/account/password", proof)
    assert again.status_code == 200
    assert 'name="oldpassword"' in text_of(again)
    colleague.refresh_from_db()
    assert colleague.check_password(PASSWORD)
    assert browser.post("/account/password", typed).status_code == 303


@pytest.mark.parametrize("proof_for", ["GET", "POST"])
def test_opened_window_can_be_sent_for_ten_more_minutes(
    proof_for: str, targets: Targets, people: dict[str, list[Person]]
) -> None:
    for door in DOOR_NAMES:
        request = getattr(ROWS[Action.REMOVE_SECRET], door)(targets)
        for minutes, opens, is_done in ((9, True, True), (11, False, True), (21, False, False)):
            browser = browser_of(people[door][0], proof_age=timedelta(minutes=minutes))
            reply = (
                browser.get(request.address)
                if proof_for == "GET"
                else browser.post(request.address)
            )
            assert asks_for_proof(reply) is not (opens if proof_for == "GET" else is_done)
            ClientSecret.objects.update(removed_at=None)

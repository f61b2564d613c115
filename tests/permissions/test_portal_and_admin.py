"""The portal and the admin site ask for the same proof of identity, and refuse the same people.

Each operation is sent to both and compared with the permission table. An action
without a row here fails.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final, NamedTuple

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clients_app.identity.kept_forms import BACK
from clients_app.models import AuditEvent, Client, ClientSecret, Person, Role, Tenant
from clients_app.permissions import PERMISSIONS, Action, allows
from clients_app.selectors.tenants.policies import tenant_policy
from clients_app.services.clients.removal import remove_client
from clients_app.services.signing_keys.rotation import ensure_active_key
from clients_app.web.forms.client_edit_form import ClientEditForm
from clients_app.web.forms.policy_form import PolicyForm
from clients_app.web.forms.role_form import RoleEditForm
from clients_app.web.forms.secret_edit_form import SecretEditForm
from tests.admin.add_client_form import ADD_CLIENT_FORM, add_client_address
from tests.conftest import Machine, browser_of
from tests.factories import (
    actor_for,
    code_of,
    command_line_in,
    give_app,
    make_client,
    make_person,
    make_role,
)
from tests.portal_process import PASSWORD
from tests.responses import text_of

FRESH: Final = timedelta(minutes=1)
STALE: Final = timedelta(minutes=21)
NEW_SECRET: Final = {"form_key": "one-time-key-of-the-form", "never_expires": "on"}
NEW_PASSWORD: Final = "eleven quiet herons"
PASSWORD_FORM: Final = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}


class Targets(NamedTuple):
    """The rows that the operations act on."""

    tenant: Tenant
    person: Person
    client: Client
    secret: ClientSecret
    web: Client  # of a type with URLs
    removed: Client
    role: Role
    now: Any

    def on(self, rest: str, client: Client | None = None) -> str:
        return f"/security/clients/{(client or self.client).pk}{rest}"

    def editing(self, client: Client, **typed: Any) -> dict[str, Any]:
        form = ClientEditForm(client=client, actor=actor_for(self.person))
        return {**multi_valued(form.hidden), **typed}

    def editing_secret(self, **typed: Any) -> dict[str, Any]:
        return {**multi_valued(SecretEditForm(secret=self.secret, now=self.now).hidden), **typed}


class DoorRequest(NamedTuple):
    """A request to the portal or the admin site; without ``typed`` it opens a page."""

    address: str
    typed: dict[str, Any] | None = None


class Row(NamedTuple):
    """How to perform an action in each; None where it is not offered."""

    portal: Callable[[Targets], DoorRequest] | None = None
    admin: Callable[[Targets], DoorRequest] | None = None


def admin(name: str, row: Any = None, /, **typed: Any) -> DoorRequest:
    return DoorRequest(reverse(f"admin:{name}", args=[row.pk] if row else []), typed)


ROWS: Final[dict[Action, Row]] = {
    Action.READ_CLIENTS: Row(lambda on: DoorRequest(on.on(""))),
    Action.ADD_CLIENT: Row(
        lambda on: DoorRequest("/security/clients/register", ADD_CLIENT_FORM),
        lambda on: DoorRequest(add_client_address(on.tenant), ADD_CLIENT_FORM),
    ),
    Action.EDIT_CLIENT: Row(
        lambda on: DoorRequest(on.on("/edit"), on.editing(on.client, contact="ops@example.com"))
    ),
    Action.EDIT_URLS: Row(
        lambda on: DoorRequest(
            on.on("/edit", on.web),
            on.editing(on.web, redirect_uris=["https://new.example.com/"]),
        )
    ),
    Action.DISABLE_CLIENT: Row(
        lambda on: DoorRequest(on.on("/disable"), {}), lambda on: admin("client-disable", on.client)
    ),
    Action.REMOVE_CLIENT: Row(
        lambda on: DoorRequest(on.on("/remove"), {"confirm": on.client.name}),
        lambda on: admin("client-remove", on.client, confirm=on.client.name),
    ),
    Action.RESTORE_CLIENT: Row(
        lambda on: DoorRequest(on.on("/restore", on.removed), {}),
        lambda on: admin("client-restore", on.removed, name=on.removed.name),
    ),
    Action.ASSIGN_ROLES: Row(
        lambda on: DoorRequest(on.on("/roles/edit"), on.editing(on.client, roles=[str(on.role.pk)]))
    ),
    Action.END_TOKENS: Row(
        lambda on: DoorRequest(on.on("/tokens/end"), {}),
        lambda on: admin("client-tokens-end", on.client),
    ),
    Action.READ_SECRETS: Row(lambda on: DoorRequest(on.on("/secrets"))),
    Action.ADD_SECRET: Row(
        lambda on: DoorRequest(on.on("/secrets/add"), NEW_SECRET),
        lambda on: admin("secret-add", on.client, **NEW_SECRET),
    ),
    Action.EDIT_SECRET: Row(
        lambda on: DoorRequest(
            on.on(f"/secrets/{on.secret.pk}/edit"), on.editing_secret(secret_description="new")
        )
    ),
    Action.EXTEND_SECRET: Row(
        lambda on: DoorRequest(
            on.on(f"/secrets/{on.secret.pk}/edit"), on.editing_secret(never_expires="on")
        )
    ),
    Action.ROTATE_SECRET: Row(
        lambda on: DoorRequest(
            on.on(f"/secrets/{on.secret.pk}/rotate"),
            {**NEW_SECRET, "replaces": str(on.secret.pk), "old": "24h"},
        ),
        lambda on: admin("secret-rotate", on.secret, **NEW_SECRET, old="24h"),
    ),
    Action.REMOVE_SECRET: Row(
        lambda on: DoorRequest(on.on(f"/secrets/{on.secret.pk}/remove"), {}),
        lambda on: admin("secret-remove", on.secret),
    ),
    Action.READ_ROLES: Row(lambda on: DoorRequest("/security/roles")),
    Action.ADD_ROLE: Row(
        lambda on: DoorRequest("/security/roles/add", {"name": "Valve opener"}),
        lambda on: admin("clients_app_role_add", tenant=str(on.tenant.pk), name="Valve opener"),
    ),
    Action.EDIT_ROLE: Row(
        lambda on: DoorRequest(
            f"/security/roles/{on.role.pk}/edit",
            {**dict(RoleEditForm(role=on.role).hidden), "name": "Valve closer"},
        ),
        lambda on: admin(
            "role-edit",
            on.role,
            **{**dict(RoleEditForm(role=on.role).hidden), "name": "Valve closer"},
        ),
    ),
    Action.REMOVE_ROLE: Row(
        lambda on: DoorRequest(f"/security/roles/{on.role.pk}/remove", {}),
        lambda on: admin("role-remove", on.role),
    ),
    Action.READ_ACTIVITY: Row(lambda on: DoorRequest("/security/activity")),
    Action.EXPORT_ACTIVITY: Row(
        lambda on: DoorRequest("/security/activity/export", {"format": "csv"})
    ),
    Action.MANAGE_PEOPLE: Row(),  # only on the command line
    Action.MANAGE_NOTICES: Row(lambda on: DoorRequest("/security/notices/mail", {})),
    Action.SET_CHANNEL: Row(
        lambda on: DoorRequest("/security/notices/webhook", {"url": "https://hooks.example.com/"})
    ),
    Action.READ_POLICIES: Row(lambda on: DoorRequest("/security/policies")),
    Action.SET_POLICIES: Row(
        lambda on: DoorRequest(
            "/security/policies/check",
            dict(PolicyForm.opened(tenant_policy(on.tenant.pk), version=on.tenant.version).hidden)
            | {"secret_days_max": "90"},
        )
    ),
    Action.SET_OWN_PASSWORD: Row(  # the current password is a proof: see the test below
        lambda on: DoorRequest("/account/password", PASSWORD_FORM)
    ),
    Action.SET_OWN_FACTOR: Row(lambda on: DoorRequest("/account/authenticator")),
    Action.SET_OWN_CALENDAR: Row(
        lambda on: DoorRequest("/security/notices/calendar", {"seen": ""})
    ),
    Action.MANAGE_INSTALLATION: Row(None, lambda on: admin("keys-rotate")),
}
DOORS: Final = [
    (action, door)
    for action, row in ROWS.items()
    for door in Row._fields
    if getattr(row, door) and action != Action.SET_OWN_PASSWORD
]


def multi_valued(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    """Return pairs of name and value as a form with several values per name."""
    return {name: [value for other, value in pairs if other == name] for name, _ in pairs}


@pytest.fixture
def targets(tenant: Tenant, administrator: Person, machine: Machine, now: Any) -> Targets:
    removed = make_client("Old gateway", tenant, now=now).client
    remove_client(removed, actor=command_line_in(tenant), now=now)
    web = make_client(
        "Viewer", tenant, client_type="hybrid", redirect_uris=("https://a.example/",)
    ).client
    ensure_active_key(now=now)
    role = make_role("Valve reader", tenant)
    return Targets(tenant, administrator, machine.client, machine.secret, web, removed, role, now)


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
    reply = send(browser_of(may, proof_age=age), request)
    assert not asks_for_proof(reply)
    assert reply.status_code in {200, 204, 303}, text_of(reply)
    assert request.typed is None or reply.streaming or AuditEvent.objects.count() > before


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
    for door in Row._fields:
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

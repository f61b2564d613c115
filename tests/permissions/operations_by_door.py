"""How to perform each action in the portal and in the admin site."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from django.urls import reverse

from clients_app.http.forms.api_form import ApiEditForm
from clients_app.http.forms.credential_edit_form import CredentialEditForm
from clients_app.http.forms.identity_forms import RuleEditForm
from clients_app.http.forms.role_form import RoleEditForm
from clients_app.models import Api, Client, ClientSecret, FederatedIdentity, Person, Role, Tenant
from clients_app.permissions import Action
from clients_app.selectors.apis.apis import callers_stamp
from clients_app.web.forms.client_edit_form import ClientEditForm
from clients_app.web.forms.policy_form import PolicyForm
from tests.actors import actor_for
from tests.admin.add_client_form import ADD_CLIENT_FORM, add_client_address

NEW_SECRET: Final = {"form_key": "one-time-key-of-the-form", "never_expires": "on"}
NEW_PASSWORD: Final = "eleven quiet herons"
PASSWORD_FORM: Final = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}


class Targets(NamedTuple):
    """The rows that the operations act on."""

    tenant: Tenant
    person: Person
    client: Client
    secret: ClientSecret
    identity: FederatedIdentity
    web: Client  # of a type with URLs
    removed: Client
    role: Role
    api: Api
    now: Any

    def on(self, rest: str, client: Client | None = None) -> str:
        return f"/security/clients/{(client or self.client).pk}{rest}"

    def editing(self, client: Client, **typed: Any) -> dict[str, Any]:
        form = ClientEditForm(client=client, actor=actor_for(self.person))
        return {**multi_valued(form.hidden), **typed}

    def editing_secret(self, **typed: Any) -> dict[str, Any]:
        form = CredentialEditForm(credential=self.secret, now=self.now)
        return {**multi_valued(form.hidden), **typed}

    def editing_identity(self, **typed: Any) -> dict[str, Any]:
        form = RuleEditForm(credential=self.identity, now=self.now)
        return {**multi_valued(form.hidden), **typed}


class DoorRequest(NamedTuple):
    """A request to the portal or the admin site; without ``typed`` it opens a page."""

    address: str
    typed: dict[str, Any] | None = None


class Row(NamedTuple):
    """How to perform an action in each; None where it is not offered."""

    portal: Callable[[Targets], DoorRequest] | None = None
    admin: Callable[[Targets], DoorRequest] | None = None


DOOR_NAMES: Final = Row._fields


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
        lambda on: admin("client-secrets-add", on.client, **NEW_SECRET),
    ),
    Action.EDIT_SECRET: Row(
        lambda on: DoorRequest(
            on.on(f"/secrets/{on.secret.pk}/edit"), on.editing_secret(secret_description="new")
        ),
        lambda on: admin("secret-edit", on.secret, **on.editing_secret(secret_description="new")),
    ),
    Action.EXTEND_SECRET: Row(
        lambda on: DoorRequest(
            on.on(f"/secrets/{on.secret.pk}/edit"), on.editing_secret(never_expires="on")
        ),
        lambda on: admin("secret-edit", on.secret, **on.editing_secret(never_expires="on")),
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
    Action.ADD_CREDENTIAL: Row(
        lambda on: DoorRequest(on.on("/identities/add/google"), {**NEW_SECRET, "subject": "1"}),
        lambda on: DoorRequest(
            f"{reverse('admin:client-identities-add', args=[on.client.pk])}?platform=google",
            {**NEW_SECRET, "subject": "1"},
        ),
    ),
    Action.EDIT_CREDENTIAL: Row(
        lambda on: DoorRequest(
            on.on(f"/identities/{on.identity.pk}/edit"),
            on.editing_identity(secret_description="new"),
        ),
        lambda on: admin(
            "identity-edit", on.identity, **on.editing_identity(secret_description="new")
        ),
    ),
    Action.EXTEND_CREDENTIAL: Row(
        lambda on: DoorRequest(
            on.on(f"/identities/{on.identity.pk}/edit"), on.editing_identity(subject_rule="new")
        ),
        lambda on: admin("identity-edit", on.identity, **on.editing_identity(subject_rule="new")),
    ),
    Action.REMOVE_CREDENTIAL: Row(
        lambda on: DoorRequest(on.on(f"/identities/{on.identity.pk}/remove"), {}),
        lambda on: admin("identity-remove", on.identity),
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
    Action.ASSIGN_APIS: Row(),
    Action.READ_APIS: Row(),
    Action.ADD_API: Row(
        None,
        lambda on: admin(
            "clients_app_api_add",
            tenant=str(on.tenant.pk),
            name="Stock",
            identifier="urn:example:stock",
        ),
    ),
    Action.EDIT_API: Row(
        None,
        lambda on: admin(
            "api-edit", on.api, **{**dict(ApiEditForm(api=on.api).hidden), "name": "Stock"}
        ),
    ),
    Action.REMOVE_API: Row(
        None, lambda on: admin("api-remove", on.api, seen=callers_stamp(on.api))
    ),
    Action.READ_ACTIVITY: Row(lambda on: DoorRequest("/security/activity")),
    Action.EXPORT_ACTIVITY: Row(
        lambda on: DoorRequest("/security/activity/export", {"format": "csv"})
    ),
    Action.READ_PEOPLE: Row(lambda on: DoorRequest("/security/users")),
    Action.MANAGE_PEOPLE: Row(
        lambda on: DoorRequest(
            "/security/users/invite",
            {"form_key": "one-time-key-of-the-form", "email": "lena@herons.example"},
        )
    ),
    Action.MANAGE_NOTICES: Row(lambda on: DoorRequest("/security/notices/mail", {})),
    Action.SET_CHANNEL: Row(
        lambda on: DoorRequest("/security/notices/webhook", {"url": "https://hooks.example.com/"})
    ),
    Action.RENAME_TENANT: Row(
        lambda on: DoorRequest(
            "/security/organisation", {"name": "Renamed", "version": str(on.tenant.version)}
        ),
        lambda on: admin(
            "tenant-rename", on.tenant, name="Renamed", version=str(on.tenant.version)
        ),
    ),
    Action.READ_POLICIES: Row(lambda on: DoorRequest("/security/policies")),
    Action.SET_POLICIES: Row(
        lambda on: DoorRequest(
            "/security/policies/check",
            dict(PolicyForm.opened(on.tenant).hidden) | {"secret_days_max": "90"},
        )
    ),
    Action.READ_KEYS: Row(lambda on: DoorRequest("/security/keys")),
    Action.SET_OWN_PASSWORD: Row(  # the current password is a proof: see the test below
        lambda on: DoorRequest("/account/password", PASSWORD_FORM)
    ),
    Action.SET_OWN_FACTOR: Row(lambda on: DoorRequest("/account/authenticator")),
    Action.END_OWN_SESSIONS: Row(lambda on: DoorRequest("/account/sessions/end", {})),
    Action.SET_OWN_CALENDAR: Row(
        lambda on: DoorRequest("/security/notices/calendar", {"seen": ""})
    ),
    Action.MANAGE_INSTALLATION: Row(None, lambda on: admin("keys-rotate")),
}


def multi_valued(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    """Return pairs of name and value as a form with several values per name."""
    return {name: [value for other, value in pairs if other == name] for name, _ in pairs}

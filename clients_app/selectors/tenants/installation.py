"""Reads across all tenants, for operators: the command line and Staff."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Q, QuerySet

from clients_app import conf
from clients_app.errors import existing
from clients_app.errors import gettext_noop as _
from clients_app.models import (
    Api,
    AuditEvent,
    Client,
    ClientKey,
    ClientSecret,
    FederatedIdentity,
    Person,
    Role,
    SigningKey,
    Tenant,
)
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from clients_app.rules.client_ids import parse_client_id
from clients_app.rules.names import key_of
from clients_app.selectors.periods import RESTORABLE


def tenants() -> QuerySet[Tenant]:
    """Return all tenants, oldest first."""
    return Tenant.objects.order_by("created_at", "id")


def first_tenant() -> Tenant | None:
    """Return the oldest tenant."""
    return tenants().first()


def only_tenant() -> Tenant | None:
    """Return the tenant if the installation has just one; its name is then public."""
    some = tenants()[:2]
    return some[0] if len(some) == 1 else None


def any_tenant(tenant_id: UUID) -> Tenant:
    """Return a tenant, or raise NotFound."""
    return existing(tenants().filter(pk=tenant_id).first(), _("There is no such tenant."))


def find_tenant(text: str) -> Tenant:
    """Return the tenant with this name, ignoring case, or id; or raise NotFound."""
    row_id = parse_client_id(text)
    fits = Q(pk=row_id) if row_id else Q(name_key=key_of(text))
    tenant = tenants().filter(fits).first()
    return existing(tenant, _("There is no tenant with the name or id %(text)s."), text=text)


def apis_with_built_in_audience() -> QuerySet[Api]:
    """Return the APIs whose Identifier a setting also gave the built-in one."""
    apis = Api.objects.filter(custom_identifier__in=conf.built_in_audiences())
    return apis.select_related("tenant").order_by("pk")


def find_person(username: str) -> Person | None:
    """Return the person with this username, active or not."""
    return Person.objects.filter(username_key=key_of(username)).first()


def administrators_exist() -> bool:
    """Return whether any Tenant Administrator has chosen a password, in any tenant."""
    administrators = Person.objects.filter(
        is_active=True, roles__role_type_id=TENANT_ADMINISTRATOR
    ).exclude(Q(password="") | Q(password__startswith=UNUSABLE_PASSWORD_PREFIX))
    return administrators.exists()


def present_client(client_id: UUID) -> Client:
    """Return a client of any tenant that is not removed, or raise NotFound."""
    client = Client.objects.present().filter(pk=client_id).first()
    return existing(client, _("There is no such client. It may have been removed."))


def removed_client(client_id: UUID, *, now: datetime) -> Client:
    """Return a client of any tenant that was removed in the last 30 days, or raise NotFound."""
    removed = Client.objects.filter(removed_at__gt=now - RESTORABLE)
    return existing(removed.filter(pk=client_id).first(), _("There is no such removed client."))


def present_secret(secret_id: int) -> ClientSecret:
    """Return a secret of any tenant that is not removed, with its client, or raise NotFound."""
    present = ClientSecret.objects.select_related("client").filter(removed_at=None)
    secret = present.filter(pk=secret_id).first()
    return existing(secret, _("There is no such secret. It may have been removed."))


def present_key(public_key_id: int) -> ClientKey:
    """Return a public key of any tenant that is not removed, or raise NotFound."""
    key = ClientKey.objects.present().select_related("client").filter(pk=public_key_id).first()
    return existing(key, _("There is no such public key. It may have been removed."))


def present_identity(identity_id: int) -> FederatedIdentity:
    """Return a federated identity of any tenant that is not removed, or raise NotFound."""
    present = FederatedIdentity.objects.present().select_related("client")
    identity = present.filter(pk=identity_id).first()
    return existing(identity, _("There is no such federated identity. It may have been removed."))


def any_role(role_id: UUID) -> Role:
    """Return a role of any tenant, or raise NotFound."""
    role = Role.objects.filter(pk=role_id).first()
    return existing(role, _("There is no such role. It may have been removed."))


def any_api(api_id: UUID) -> Api:
    """Return an API of any tenant, or raise NotFound."""
    api = Api.objects.filter(pk=api_id).first()
    return existing(api, _("There is no such API. It may have been removed."))


def signing_keys(*, removed: bool = False) -> QuerySet[SigningKey]:
    """Return the signing keys, oldest first; with ``removed`` also the removed ones."""
    keys = SigningKey.objects.order_by("created_at", "kid")
    return keys if removed else keys.exclude(state=SigningKey.State.REMOVED)


def signing_key(key_id: UUID) -> SigningKey:
    """Return a signing key that is not removed, or raise NotFound."""
    return existing(signing_keys().filter(pk=key_id).first(), _("There is no such signing key."))


def last_event_id() -> int:
    """Return the id of the last event of all tenants."""
    return AuditEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def events_of_operation(operation_id: str, *, after: int) -> list[AuditEvent]:
    """Return the events of an operation, in their order; those up to the id ``after`` are not
    looked at."""
    events = AuditEvent.objects.filter(pk__gt=after, operation_id=operation_id)
    return list(events.order_by("pk"))

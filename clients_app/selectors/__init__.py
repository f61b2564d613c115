"""All reads of the screens and commands: bound to one tenant, in a constant number of queries."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from clients_app.errors import NotFound, gettext_noop
from clients_app.models import (
    AuditEvent,
    AuditHead,
    Client,
    Person,
    Role,
    TokenUsage,
)
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR, TENANT_CUSTOM
from clients_app.rules.names import key_of
from clients_app.selectors.client_lists import SORTS, ClientPage, Show, client_page
from clients_app.selectors.client_usage import (
    ClientSummary,
    client_summary,
    hours_of,
    refusals_of,
)
from clients_app.selectors.former_keys import rows_under_former_keys
from clients_app.selectors.periods import EXPIRED_LISTED, RECENT, RESTORABLE
from clients_app.selectors.roles import get_role, holders_of, roles_with_counts, tenant_roles
from clients_app.selectors.rotations import Rotation, rotations

__all__ = (
    "RESTORABLE",
    "SORTS",
    "ClientPage",
    "ClientSummary",
    "Rotation",
    "Show",
    "client_page",
    "client_summary",
    "get_role",
    "holders_of",
    "hours_of",
    "refusals_of",
    "roles_with_counts",
    "rotations",
    "rows_under_former_keys",
    "tenant_roles",
)


def get_client(tenant_id: UUID, client_id: UUID) -> Client:
    """Return a client that is not removed.

    Errors: NotFound, also for a client of another tenant.
    """
    client = Client.objects.for_tenant(tenant_id).present().filter(pk=client_id).first()
    if client is None:
        raise NotFound(gettext_noop("There is no such client."))
    return client


def get_removed_client(tenant_id: UUID, client_id: UUID, *, now: datetime) -> Client:
    """Return a client that was removed in the last 30 days.

    Errors: NotFound.
    """
    removed = Client.objects.for_tenant(tenant_id).filter(removed_at__gt=now - RESTORABLE)
    client = removed.filter(pk=client_id).first()
    if client is None:
        raise NotFound(gettext_noop("There is no such removed client."))
    return client


def clients_named(tenant_id: UUID, client_ids: Iterable[UUID]) -> list[Client]:
    """Return those of the clients that are there, by name; others are passed over."""
    clients = Client.objects.for_tenant(tenant_id).present().filter(pk__in=list(client_ids))
    return list(clients.order_by("name_key", "pk"))


def clients_by_id(tenant_id: UUID, client_ids: Iterable[UUID]) -> dict[UUID, Client]:
    """Return those of the clients that are there, removed ones too."""
    found: dict[UUID, Client] = Client.objects.for_tenant(tenant_id).in_bulk(list(client_ids))
    return found


def name_is_taken(tenant_id: UUID, name: str, *, but: Client | None = None) -> bool:
    """Return whether another client that is not removed has this name, ignoring case."""
    clients = Client.objects.for_tenant(tenant_id).present().filter(name_key=key_of(name))
    return (clients.exclude(pk=but.pk) if but else clients).exists()


def may_introspect(client_id: str) -> bool:
    """Return whether a client may ask about tokens of others."""
    return Client.objects.filter(pk=client_id, may_introspect=True).exists()


def client_roles(client: Client) -> list[Role]:
    """Return the roles that the client carries: Tenant Member, then custom ones, then the rest."""
    held = Role.objects.filter(clients=client).in_screen_order()
    return sorted(held, key=lambda role: not role.is_member)


def listed_secrets(client: Client, *, now: datetime) -> list[Any]:
    """Return live and lately expired secrets, newest first.

    Each has ``last_used_at``, ``last_used_address`` and ``tokens_7_days``.
    """
    usage = TokenUsage.objects.filter(secret=OuterRef("pk")).order_by("-hour")
    recent = usage.filter(hour__gte=now - RECENT).order_by().values("secret")
    secrets = client.secrets.listed(now - EXPIRED_LISTED)
    return list(
        secrets.annotate(
            last_used_at=Subquery(usage.values("last_at")[:1]),
            last_used_address=Subquery(usage.values("last_address")[:1]),
            tokens_7_days=Coalesce(Subquery(recent.annotate(n=Sum("tokens")).values("n")), 0),
        ).order_by("-id")
    )


def get_secret(client: Client, secret_id: int, *, now: datetime) -> Any:
    """Return one of ``listed_secrets``.

    Errors: NotFound, also for a removed one and for one of another client.
    """
    for secret in listed_secrets(client, now=now):
        if secret.pk == secret_id:
            return secret
    raise NotFound(gettext_noop("There is no such secret. It may have been removed."))


def client_activity(tenant_id: UUID, client_id: UUID, *, limit: int = 20) -> list[AuditEvent]:
    """Return the last events of a client, newest first."""
    events = AuditEvent.objects.for_tenant(tenant_id).filter(client_id=client_id)
    return list(events.order_by("-sequence")[:limit])


def last_event_number(tenant_id: UUID) -> int:
    """Return the number of the last audit event: any change of the tenant's rows raises it."""
    head = AuditHead.objects.filter(tenant_id=tenant_id)
    return head.values_list("sequence", flat=True).first() or 0


def tenant_people(tenant_id: UUID) -> QuerySet[Person]:
    """Return the people of a tenant, by username."""
    return Person.objects.filter(tenant_id=tenant_id).order_by("username_key")


class SidebarCounts(NamedTuple):
    clients: int
    roles: int


def sidebar_counts(tenant_id: UUID, *, clients: int | None = None) -> SidebarCounts:
    """Return the numbers beside the places of the left pane; ``clients`` where they are counted."""
    if clients is None:
        clients = Client.objects.for_tenant(tenant_id).present().count()
    return SidebarCounts(clients, Role.objects.for_tenant(tenant_id).count())


def rights_of(person: Person) -> frozenset[UUID]:
    """Return the Role Type Ids of the built-in roles that the person holds now."""
    held = person.roles.exclude(role_type_id=TENANT_CUSTOM)
    return frozenset(held.values_list("role_type_id", flat=True))


def people_who_administer(tenant_id: UUID) -> QuerySet[Person]:
    """Return the active Tenant Administrators of a tenant."""
    return Person.objects.filter(
        tenant_id=tenant_id, is_active=True, roles__role_type_id=TENANT_ADMINISTRATOR
    )

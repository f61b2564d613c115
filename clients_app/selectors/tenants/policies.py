"""The policies of a tenant, and the clients that do not comply with them."""

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, UUIDField

from clients_app.actors import Actor, ActorKind
from clients_app.limits import PAGE_SIZE
from clients_app.models import (
    AuditEvent,
    Client,
    ClientKey,
    ClientOwner,
    ClientSecret,
    FederatedIdentity,
    Tenant,
)
from clients_app.models.prepared import Argument, Prepared
from clients_app.rules.built_in_roles import SECRET_ROTATOR, TENANT_ADMINISTRATOR, TENANT_AUDITOR
from clients_app.rules.federation.presets import grade_of
from clients_app.rules.tenant_policy import GRACE, OFF, TenantPolicy
from clients_app.selectors.credentials.identities import trust_of_row
from clients_app.selectors.periods import MONTH

_SEE_ALL: Final = frozenset({TENANT_ADMINISTRATOR, TENANT_AUDITOR, SECRET_ROTATOR})
_SHOWN: Final = 20  # events of a dry run
_COLUMNS: Final = [field.name for field in fields(TenantPolicy)]


def tenant_policy(tenant_id: UUID) -> TenantPolicy:
    """Return the current policies of the tenant."""
    [row] = _policy.rows(tenant_id=tenant_id)
    return _policy_in(dict(zip(_COLUMNS, row, strict=True)))


_policy: Final = Prepared(
    lambda: Tenant.objects.filter(pk=Argument("tenant_id", UUIDField())).values_list(*_COLUMNS)
)


def policy_of(tenant: Tenant) -> TenantPolicy:
    """Return the policies in a row of a tenant."""
    return _policy_in({column: getattr(tenant, column) for column in _COLUMNS})


def _policy_in(columns: dict[str, Any]) -> TenantPolicy:
    return TenantPolicy(**columns | {"allowed_issuers": tuple(columns["allowed_issuers"])})


def only_client_of(actor: Actor) -> UUID | None:
    """Return the one client that a machine may read, itself, or None if it may read all."""
    if actor.kind is not ActorKind.CLIENT or actor.rights & _SEE_ALL:
        return None
    return UUID(actor.id) if tenant_policy(actor.tenant_id).machines_see_only_themselves else None


class NoncompliantPage(NamedTuple):
    """A page of clients that break a policy.

    Each has ``breaking_secrets``, ``breaking_keys``, ``breaking_identities``, ``lacks_owner`` and
    ``is_stuck``: its secrets could no longer be replaced.
    """

    clients: list[Any]
    total: int
    page: int
    pages: int
    to_expire: int  # secrets that forced rotation would give an expiration


def noncompliant_clients(
    tenant_id: UUID, policy: TenantPolicy, *, page: int, now: datetime
) -> NoncompliantPage:
    """Return the clients that would break ``policy`` if it were set now, by name."""
    ends = _breaking_ends(policy, now=now)
    secrets, keys = (table.objects.live(now).filter(ends) for table in (ClientSecret, ClientKey))
    identities = _breaking_identities(tenant_id, policy, now=now)
    clients = _breaking_clients(tenant_id, policy, (secrets, keys, identities), now=now)
    total = clients.count()
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(1, page), pages)
    shown = clients.order_by("name_key")[
        (page - 1) * PAGE_SIZE : page * PAGE_SIZE
    ].prefetch_related(
        Prefetch("secrets", secrets.order_by("pk"), to_attr="breaking_secrets"),
        Prefetch("keys", keys.order_by("pk"), to_attr="breaking_keys"),
        Prefetch("identities", identities.order_by("pk"), to_attr="breaking_identities"),
    )
    ending = secrets_to_end(tenant_id, policy, now=now).count()
    return NoncompliantPage(list(shown), total, page, pages, ending)


def secrets_to_end(
    tenant_id: UUID, policy: TenantPolicy, *, now: datetime
) -> QuerySet[ClientSecret]:
    """Return the live secrets that would live longer than forced rotation allows."""
    secrets: QuerySet[ClientSecret] = ClientSecret.objects.live(now).filter(
        client__tenant_id=tenant_id, client__removed_at=None
    )
    if policy.rotation_days is None:
        return secrets.none()
    too_old = Q(expires_at__gt=F("created_at") + timedelta(days=policy.rotation_days))
    return secrets.filter(Q(expires_at=None) | (too_old & Q(expires_at__gt=now + GRACE)))


class DryRun(NamedTuple):
    """The latest secrets that the policy New secrets would have refused, and how many there were.

    An event has the ``client`` that got the secret; None if it was removed for good.
    """

    events: list[AuditEvent]
    total: int


def refused_in_dry_run(tenant_id: UUID, *, now: datetime) -> DryRun:
    """Return what the dry run of the policy New secrets found in 30 days."""
    events: QuerySet[AuditEvent] = AuditEvent.objects.for_tenant(tenant_id).filter(
        action="client.secret.dry-run", at__gt=now - MONTH
    )
    latest: list[Any] = list(events[:_SHOWN])
    clients = Client.objects.for_tenant(tenant_id).in_bulk([one.client_id for one in latest])
    for event in latest:
        event.client = clients.get(event.client_id)
    return DryRun(latest, events.count())


def _breaking_ends(policy: TenantPolicy, *, now: datetime) -> Q:
    """Return the condition that a secret, a key or an identity lasts too long."""
    breaks = Q(pk__in=[])
    if not policy.may_never_expire:
        breaks |= Q(expires_at=None)
    if policy.secret_days_max is not None:
        breaks |= Q(expires_at__gt=now + timedelta(days=policy.secret_days_max))
    if policy.rotation_days is not None:
        breaks |= Q(expires_at__gt=F("created_at") + timedelta(days=policy.rotation_days))
    return breaks


def _breaking_identities(
    tenant_id: UUID, policy: TenantPolicy, *, now: datetime
) -> QuerySet[FederatedIdentity]:
    """Return the live federated identities that could not be added under ``policy``."""
    identities: QuerySet[FederatedIdentity] = FederatedIdentity.objects.live(now).filter(
        client__tenant_id=tenant_id, client__removed_at=None
    )
    lasting, breaking = _breaking_ends(policy, now=now), []
    if policy.dangerous_rules_forbidden or policy.allowed_issuers:
        breaking = [
            one.pk
            for one in identities
            if not policy.allows(one.issuer, grade_of(trust_of_row(one)))
        ]
    return identities.filter(lasting | Q(pk__in=breaking))


def _breaking_clients(
    tenant_id: UUID,
    policy: TenantPolicy,
    breaking: Iterable[QuerySet[Any]],
    *,
    now: datetime,
) -> QuerySet[Client]:
    owners = ClientOwner.objects.filter(client=OuterRef("pk"), person__is_active=True)
    live = ClientSecret.objects.live(now).filter(client=OuterRef("pk"))
    clients: QuerySet[Any] = (
        Client.objects.for_tenant(tenant_id)
        .present()
        .annotate(lacks_owner=~Exists(owners), is_stuck=Exists(live) & Q(may_add_secrets=False))
    )
    breaks = Q()
    for rows in breaking:
        breaks |= Q(Exists(rows.filter(client=OuterRef("pk"))))
    if policy.owner_required:
        breaks |= Q(lacks_owner=True)
    if policy.new_secrets_forbidden != OFF:
        breaks |= Q(is_stuck=True)
    return clients.filter(breaks)

"""Reads about the policies of a tenant: what they are, and who would fall foul of others."""

from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from clients_app.limits import PAGE_SIZE
from clients_app.models import Client, ClientOwner, ClientSecret, Tenant
from clients_app.rules.tenant_policy import GRACE, TenantPolicy

_COLUMNS: Final = [field.name for field in fields(TenantPolicy)]


def tenant_policy(tenant_id: UUID) -> TenantPolicy:
    """Return what the tenant demands now."""
    return TenantPolicy(**Tenant.objects.values(*_COLUMNS).get(pk=tenant_id))


class FoulPage(NamedTuple):
    """A page of clients that break a policy. Each has ``foul_secrets`` and ``lacks_owner``."""

    clients: list[Any]
    total: int
    page: int
    pages: int
    given_an_end: int  # secrets that forced rotation would give an end


def foul_page(tenant_id: UUID, policy: TenantPolicy, *, page: int, now: datetime) -> FoulPage:
    """Return who would fall foul of ``policy`` if it were set now, by name."""
    secrets = _foul_secrets(policy, now=now)
    clients = _foul_clients(tenant_id, policy, secrets)
    total = clients.count()
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(1, page), pages)
    shown = clients.order_by("name_key")[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    prefetched = Prefetch("secrets", secrets.order_by("pk"), to_attr="foul_secrets")
    ending = secrets_to_end(tenant_id, policy, now=now).count()
    return FoulPage(list(shown.prefetch_related(prefetched)), total, page, pages, ending)


def secrets_to_end(
    tenant_id: UUID, policy: TenantPolicy, *, now: datetime
) -> QuerySet[ClientSecret]:
    """Return the live secrets that would live longer than forced rotation lets them."""
    secrets: QuerySet[ClientSecret] = ClientSecret.objects.live(now).filter(
        client__tenant_id=tenant_id, client__removed_at=None
    )
    if policy.rotation_days is None:
        return secrets.none()
    too_old = Q(expires_at__gt=F("created_at") + timedelta(days=policy.rotation_days))
    return secrets.filter(Q(expires_at=None) | (too_old & Q(expires_at__gt=now + GRACE)))


def _foul_secrets(policy: TenantPolicy, *, now: datetime) -> QuerySet[ClientSecret]:
    foul = Q(pk__in=[])
    if not policy.may_never_expire:
        foul |= Q(expires_at=None)
    if policy.secret_days_max is not None:
        foul |= Q(expires_at__gt=now + timedelta(days=policy.secret_days_max))
    if policy.rotation_days is not None:
        foul |= Q(expires_at__gt=F("created_at") + timedelta(days=policy.rotation_days))
    return ClientSecret.objects.live(now).filter(foul)


def _foul_clients(
    tenant_id: UUID, policy: TenantPolicy, secrets: QuerySet[ClientSecret]
) -> QuerySet[Client]:
    owners = ClientOwner.objects.filter(client=OuterRef("pk"), person__is_active=True)
    clients: QuerySet[Any] = (
        Client.objects.for_tenant(tenant_id).present().annotate(lacks_owner=~Exists(owners))
    )
    foul = Q(Exists(secrets.filter(client=OuterRef("pk"))))
    if policy.owner_required:
        foul |= Q(lacks_owner=True)
    return clients.filter(foul)

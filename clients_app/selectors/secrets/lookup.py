"""The secrets of a client and their last use."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from clients_app.errors import existing, gettext_noop
from clients_app.models import Client, ClientKey, ClientSecret, FederatedIdentity, TokenUsage
from clients_app.rules.privileges import privileges
from clients_app.selectors.credentials.uses import used_of
from clients_app.selectors.periods import EXPIRED_LISTED, RECENT


def listed_secrets(client: Client, *, now: datetime) -> list[Any]:
    """Return the live and the recently expired secrets, newest first.

    Each has ``last_used_at``, ``last_used_address`` and ``tokens_7_days``.
    """
    usage = TokenUsage.objects.filter(secret=OuterRef("pk")).order_by("-hour")
    recent = usage.filter(hour__gte=now - RECENT).order_by().values("secret")
    secrets = client.secrets.live(now - EXPIRED_LISTED)
    return list(
        secrets.annotate(
            last_used_at=Subquery(usage.values("last_at")[:1]),
            last_used_address=Subquery(usage.values("last_address")[:1]),
            tokens_7_days=Coalesce(Subquery(recent.annotate(n=Sum("tokens")).values("n")), 0),
        ).order_by("-id")
    )


def live_secrets(client: Client, *, now: datetime) -> list[ClientSecret]:
    """Return the live secrets, newest first."""
    return list(client.secrets.live(now))


def secrets_of_gainers(
    tenant_id: UUID, client_ids: Iterable[UUID], role_type_ids: Iterable[UUID], *, now: datetime
) -> list[ClientSecret]:
    """Return the live secrets of those clients that the roles would make privileged (CLI-15)."""
    gainers = _gainers(tenant_id, client_ids, role_type_ids)
    secrets = ClientSecret.objects.filter(client__in=gainers).live(now)
    return list(secrets.select_related("client").order_by("client__name_key", "-pk"))


def others_of_gainers(
    tenant_id: UUID, client_ids: Iterable[UUID], role_type_ids: Iterable[UUID], *, now: datetime
) -> list[ClientKey | FederatedIdentity]:
    """Return the live public keys and federated identities of the same clients."""
    gainers = _gainers(tenant_id, client_ids, role_type_ids)
    return [
        row
        for rows in (ClientKey.objects.all(), FederatedIdentity.objects.all())
        for row in rows.filter(client__in=gainers).live(now).select_related("client")
    ]


def live_others(client: Client, *, now: datetime) -> list[ClientKey | FederatedIdentity]:
    """Return the live public keys and federated identities."""
    return [*client.keys.live(now), *client.identities.live(now)]


def is_only_proof(client: Client, credential: Any, *, now: datetime) -> bool:
    """Return whether the client has no other live secret, key or identity than this one."""
    live = [*live_secrets(client, now=now), *live_others(client, now=now)]
    return all(used_of(one) == used_of(credential) for one in live)


def _gainers(
    tenant_id: UUID, client_ids: Iterable[UUID], role_type_ids: Iterable[UUID]
) -> list[UUID]:
    gained = privileges(role_type_ids, may_introspect=False)
    if not gained:
        return []
    clients = Client.objects.chosen(tenant_id, client_ids).present()
    gainers = []
    for client in clients.prefetch_related("roles"):
        held = privileges((one.role_type_id for one in client.roles.all()), may_introspect=False)
        if gained - held:
            gainers.append(client.pk)
    return gainers


def get_secret(client: Client, secret_id: int, *, now: datetime) -> Any:
    """Return one of ``listed_secrets``, or raise NotFound."""
    found = [secret for secret in listed_secrets(client, now=now) if secret.pk == secret_id]
    sentence = gettext_noop("There is no such secret. It may have been removed.")
    return existing(found[0] if found else None, sentence)

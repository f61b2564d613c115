"""A tenant for `make lists`: 50,000 clients of all types, in all states, with a week of usage."""

import os
import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

COUNT = int(os.environ.get("CLIENTS", "50000"))
PIECE = 5000
DAY = timedelta(days=1)
NOW = datetime.now(UTC)
WORDS = ("Pump", "Valve", "Turbine", "Gateway", "Logger", "Reservoir", "Bridge", "Meter")


def filled() -> Any:
    """Return a tenant with clients of all types, in all states."""
    from clients_app.models import (
        Client,
        ClientOwner,
        ClientRole,
        ClientSecret,
        ClientTag,
        TokenUsage,
    )
    from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
    from tests.factories import make_person, make_role, make_tenant

    tenant = make_tenant("Larkfield Lists")
    owner = make_person(f"lister {uuid.uuid4()}", tenant, TENANT_ADMINISTRATOR)
    for number in range(30):
        make_role(f"Data.Role{number}", tenant)
    roles = list(tenant.roles.all())
    chance = random.Random(14)  # noqa: S311  the same rows each time
    for start in range(0, COUNT, PIECE):
        numbers = range(start, min(start + PIECE, COUNT))
        clients = [_client(tenant, number, chance) for number in numbers]
        secrets = [secret for one in clients for secret in _secrets(one, chance)]
        _note(clients, secrets)
        Client.objects.bulk_create(clients)
        plain = [one for one in clients if one.client_type == "client-credentials"]
        ClientRole.objects.bulk_create(
            ClientRole(client=one, role=role)
            for one in plain
            for role in chance.sample(roles, chance.randint(1, 4))
        )
        ClientSecret.objects.bulk_create(secrets)
        TokenUsage.objects.bulk_create(_usage(clients, secrets, chance))
        ClientOwner.objects.bulk_create(
            ClientOwner(client=one, person=owner) for one in clients if one.has_owner
        )
        ClientTag.objects.bulk_create(
            ClientTag(client=one, name=tag, name_key=tag)
            for one in clients
            for tag in chance.sample(("north", "south", "field", "lab"), chance.randint(0, 2))
        )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")  # as autovacuum does after a minute
    return tenant


def _note(clients: list[Any], secrets: list[Any]) -> None:
    """Set the stored columns as of ten days ago; since then secrets have expired."""
    at, by_client = NOW - 10 * DAY, {client.pk: client for client in clients}
    for secret in secrets:
        client, end = by_client[secret.client_id], secret.expires_at
        if end is None:
            client.never_expires = True
            continue
        client.last_expires_at = max(end, client.last_expires_at or end)
        if end > at:
            client.next_expires_at = min(end, client.next_expires_at or end)
    for client in clients:
        if client.next_expires_at is None and not client.never_expires:
            client.next_expires_at = client.last_expires_at


def _usage(clients: list[Any], secrets: list[Any], chance: random.Random) -> Iterator[Any]:
    """Yield a row for every second hour of a week, for one client in twenty."""
    from clients_app.models import TokenUsage

    used = {client.pk for client in clients if chance.random() < 0.05}
    start = NOW.replace(minute=0, second=0, microsecond=0)
    for secret in {one.client_id: one for one in secrets if one.client_id in used}.values():
        for hours in range(0, 7 * 24, 2):
            hour = start - timedelta(hours=hours)
            yield TokenUsage(
                client_id=secret.client_id, secret=secret, hour=hour, tokens=9, last_at=hour
            )


def _client(tenant: Any, number: int, chance: random.Random) -> Any:
    from clients_app.models import Client

    name = f"{chance.choice(WORDS)} {number}"
    kind = chance.choices(("client-credentials", "authorization-code", "hybrid"), (96, 2, 2))[0]
    used = chance.random() < 0.8
    removed = chance.random() < 0.01
    return Client(
        id=uuid.UUID(int=chance.getrandbits(128), version=4),
        tenant=tenant,
        client_type=kind,
        name=name,
        name_key=name.casefold(),
        is_enabled=chance.random() < 0.9,
        last_token_at=NOW - chance.random() * 200 * DAY if used else None,
        last_refused_at=NOW - chance.random() * 200 * DAY if chance.random() < 0.2 else None,
        created_at=NOW - chance.random() * 400 * DAY,
        updated_at=NOW,
        has_owner=chance.random() < 0.5,
        removed_at=NOW - chance.random() * 40 * DAY if removed else None,
    )


def _secrets(client: Any, chance: random.Random) -> Iterator[Any]:
    from clients_app.models import ClientSecret

    if client.client_type == "authorization-code" or client.removed_at:
        return
    for _ in range(chance.choices((0, 1, 2, 3), (5, 70, 20, 5))[0]):
        ends = NOW + chance.uniform(-60, 365) * DAY
        yield ClientSecret(
            client=client,
            tag=b"0123456789abcdef" * 2,
            tag_key_id="k",
            digest="$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$" + "x" * 43,
            last_four="wxyz",
            expires_at=None if chance.random() < 0.15 else ends,
            created_at=NOW - 400 * DAY,
            created_by="seed",
        )

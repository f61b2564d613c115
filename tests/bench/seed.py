"""Fills the database of a portal with clients; writes id and secret of a hundred real ones.

`python -m tests.bench.seed COUNT`, in the environment of the portal. The hundred come through the
services, with Argon2id digests of their own; the others are rows of the same size that no machine
speaks for.
"""

import json
import os
import sys
import uuid
from datetime import UTC, datetime, timedelta

import django

REAL = 100
PIECE = 10_000


def main() -> None:
    """Fill, and write the pairs to standard output as JSON."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    os.environ["CLIENTS_PER_TENANT"] = "10000000"
    django.setup()
    count = int(sys.argv[1])
    print(json.dumps(_real_clients()))  # noqa: T201
    for start in range(REAL, count, PIECE):
        _rows(start, min(PIECE, count - start))


def _real_clients() -> list[tuple[str, str]]:
    from clients_app.selectors import first_tenant
    from tests.factories import make_client

    tenant = first_tenant()
    assert tenant is not None
    now = datetime.now(UTC)
    made = [
        make_client(f"Real {number}", tenant, now=now, expires_at=now + timedelta(days=365))
        for number in range(REAL)
    ]
    return [(str(one.client.pk), one.plain) for one in made]


def _rows(start: int, count: int) -> None:
    from django.db import transaction

    from clients_app.models import Client, ClientRole, ClientSecret, IssuedClientId

    example = ClientSecret.objects.select_related("client").first()
    assert example is not None
    roles = list(ClientRole.objects.filter(client=example.client))
    clients, secrets, held = [], [], []
    for number in range(start, start + count):
        client = Client(**copied(example.client, id=uuid.uuid4()))
        client.name = f"Row {number}"
        client.name_key = f"row {number}"
        clients.append(client)
        secrets.append(ClientSecret(**copied(example, client_id=client.pk, tag=os.urandom(8))))
        held += [ClientRole(client=client, role_id=role.role_id) for role in roles]
    with transaction.atomic():
        IssuedClientId.objects.bulk_create(IssuedClientId(id=client.pk) for client in clients)
        Client.objects.bulk_create(clients)
        ClientSecret.objects.bulk_create(secrets)
        ClientRole.objects.bulk_create(held)


def copied(row: object, **changes: object) -> dict[str, object]:
    """Return the columns of ``row`` but its id, for another row like it."""
    fields = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}  # type: ignore[attr-defined]
    del fields["id"]
    return fields | changes


if __name__ == "__main__":
    main()

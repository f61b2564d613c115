"""A tenant of 2,000 clients as they usually are, with five troubles; runs inside the portal.

`manage.py shell -c "from tests.journeys import troubles; troubles.plant(...)"`.
"""

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from clients_app.actors import Actor
from clients_app.models import Client, ClientOwner, ClientSecret, Person, Tenant
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from clients_app.rules.names import key_of
from clients_app.services.alerts.watch import watch
from clients_app.services.clients.bulk import add_owners
from clients_app.services.clients.registration import RegisteredClient
from clients_app.services.people.accounts import add_person
from clients_app.services.secrets.changes import remove_secret
from clients_app.services.secrets.digests import stored_form
from clients_app.services.tenants.tenants import add_tenant
from clients_app.services.usage import counts
from tests.actors import command_line_in
from tests.factories import make_client, role_ids
from tests.services.notices.alert_cases import get_token

CLIENTS: Final = 2000
USERNAME: Final = "ines.castro"
DAY: Final = timedelta(days=1)
HOUR: Final = timedelta(hours=1)
YEAR: Final = 365 * DAY
PLACES: Final = ("Weir", "Lock", "Pump", "Sluice", "Gauge", "Well", "Main", "Tower")


def plant(password: str) -> None:
    """Add the tenant; print, as JSON, who administers it, and the id and secret of two clients that
    are to be refused."""
    now = datetime.now(UTC)
    tenant = add_tenant("Castro Canals", actor=Actor.installation(), now=now - 2 * YEAR)
    ines = add_person(
        USERNAME,
        password=password,
        role_ids=role_ids(tenant, TENANT_ADMINISTRATOR),
        actor=Actor.system(tenant.pk),
        now=now - 2 * YEAR,
    )
    _add_usual(tenant, ines, now=now)
    expired = _add("Reservoir 3 exporter", tenant, ines, ends_at=now - HOUR, now=now)
    silent = _add("Night shift sampler", tenant, ines, ends_at=now + YEAR / 2, now=now)
    _add("Old town meter", tenant, None, ends_at=now + 23 * HOUR, now=now)
    bare = _add("Harbour gate relay", tenant, ines, ends_at=now + YEAR / 2, now=now)
    moved = _add("Ferry pier logger", tenant, ines, ends_at=now + YEAR / 2, now=now)
    assert bare.secret is not None
    remove_secret(bare.client, bare.secret.pk, actor=command_line_in(tenant), now=now - 40 * DAY)
    for hours in range(40, 9, -1):
        get_token(silent.client, now - hours * HOUR)
    for one in (expired, moved):
        get_token(one.client, now - 3 * HOUR)
    counts.flush()
    watch(now=now)
    refused = [(str(one.client.pk), one.plain) for one in (expired, moved)]
    print(json.dumps([USERNAME, *refused]))  # noqa: T201  its answer


def _add(
    name: str, tenant: Tenant, owner: Person | None, *, ends_at: datetime, now: datetime
) -> RegisteredClient:
    added = make_client(name, tenant, expires_at=ends_at, now=now - YEAR / 2)
    if owner:
        ids = frozenset({owner.pk})
        add_owners([added.client.pk], ids, actor=command_line_in(tenant), now=now - YEAR / 2)
    return added


def _add_usual(tenant: Tenant, owner: Person, *, now: datetime) -> None:
    """Add clients that are well, except a few that are disabled, unused or expire this week."""
    chance = random.Random(2000)  # noqa: S311  the same rows each time
    clients, secrets = [], []
    stored = stored_form("pcs_of_no_use", client_id=owner.pk)._asdict()
    added: dict[str, Any] = {"created_at": now - YEAR, "created_by": "seed"}
    for number in range(CLIENTS - 5):
        days_left = chance.uniform(2, 7) if number % 150 == 7 else chance.uniform(31, 360)
        days_ago = chance.uniform(100, 200) if number % 80 == 3 else chance.uniform(0, 0.1)
        name, ends_at = f"{chance.choice(PLACES)} {number:04}", now + days_left * DAY
        client = Client(
            tenant=tenant,
            client_type="client-credentials",
            name=name,
            name_key=key_of(name),
            is_enabled=number % 60 != 5,
            last_token_at=now - days_ago * DAY,
            last_refused_at=now - 9 * DAY if number % 90 == 11 else None,
            next_expires_at=ends_at,
            last_expires_at=ends_at,
            has_owner=number % 200 != 13,
            **added,
            updated_at=now - YEAR,
        )
        clients.append(client)
        secrets.append(ClientSecret(client=client, expires_at=ends_at, **added, **stored))
    Client.objects.bulk_create(clients)
    ClientSecret.objects.bulk_create(secrets)
    ClientOwner.objects.bulk_create(
        ClientOwner(client=one, person=owner) for one in clients if one.has_owner
    )

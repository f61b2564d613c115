"""`manage.py clients list`: each client with its state."""

import json
from datetime import datetime, timedelta

from clients_app.models import Client, Tenant
from tests.api.bodies import OF_NEW_CLIENT
from tests.factories import insert_clients, insert_secrets, make_tenant
from tests.management.conftest import Run


def insert_states(tenant: Tenant, now: datetime) -> dict[str, Client]:
    names = ("off", "failing", "bare", "idle", "Well")
    rows = dict(zip(names, insert_clients(names, tenant), strict=True))
    for name in ("off", "failing", "idle", "Well"):
        insert_secrets(rows[name], 1, expires_at=now + timedelta(days=300))
    for name, columns in {
        "off": {"is_enabled": False},
        "failing": {"last_refused_at": now},
        "Well": {"last_token_at": now},
    }.items():
        Client.objects.filter(pk=rows[name].pk).update(**columns)
    return rows


def test_list_prints_each_client_with_its_state_by_name(
    run: Run, tenant: Tenant, now: datetime
) -> None:
    rows = insert_states(tenant, now)

    ended = run("clients", "list")

    assert (ended.status, ended.error) == (0, "")
    used = f"{now:%Y-%m-%d %H:%M}"
    assert ended.out.splitlines() == [
        "CLIENT ID                             STATE      LAST TOKEN        NAME",
        f"{rows['bare'].pk}  no-tokens  never             bare",
        f"{rows['failing'].pk}  failing    never             failing",
        f"{rows['idle'].pk}  unused     never             idle",
        f"{rows['off'].pk}  disabled   never             off",
        f"{rows['Well'].pk}  working    {used}  Well",
    ]


def test_list_shows_what_is_asked_for(run: Run, tenant: Tenant, now: datetime) -> None:
    rows = insert_states(tenant, now)

    failing = run("clients", "list", "--show", "failing", "--json")
    filtered = run("clients", "list", "--filter", "WELL")

    assert [json.loads(line) for line in failing.out.splitlines()] == [
        {
            "Id": str(rows["failing"].pk),
            "Name": "failing",
            "Enabled": True,
            "AccessTokenLifetime": 3600,
            "Tags": [],
            "RoleIds": [],
            **OF_NEW_CLIENT,
            "ClientType": "client-credentials",
            "State": "failing",
            "LastRefused": now.isoformat().replace("+00:00", "Z"),
        }
    ]
    assert filtered.out.split()[-1] == "Well"
    assert run("clients", "list", "--show", "expired", "--json").out == ""


def test_list_is_of_one_tenant(run: Run, tenant: Tenant) -> None:
    insert_clients(["theirs"], make_tenant("Cranes GmbH"))
    insert_clients(["ours"], tenant)

    assert run("clients", "list", "--tenant", tenant.name).out.split()[-1] == "ours"
    assert run("clients", "list").status != 0

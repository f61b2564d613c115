"""Fills the database of a portal with clients; prints the ids and secrets of some.

`python -m tests.bench.seed COUNT [ASKING]`, in the environment of the portal. The services
add a hundred, each with its own Argon2id digest; the others are rows of the same size, copied
inside the database. Enough of them get their own MAC for ASKING machines to authenticate; they
share the secret and digest of the row that they were copied from.
"""

import json
import os
import sys
from datetime import UTC, datetime, timedelta

import django

REAL = 100
#: columns that differ from the example ``t``; ``id`` and ``n`` are those of the new client
OWN = {
    "clients_app_issuedclientid": {"id": "made.id"},
    "clients_app_client": {
        "id": "made.id",
        "name": "'Row ' || made.n",
        "name_key": "'row ' || made.n",
    },
    "clients_app_clientsecret": {"client_id": "made.id", "tag": "{random_32}"},
    "clients_app_clientrole": {"client_id": "made.id"},
}


def main() -> None:
    """Fill the database and write the pairs to standard output as JSON."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    os.environ["CLIENTS_PER_TENANT"] = "10000000"
    django.setup()
    count, asking = [*map(int, sys.argv[1:]), REAL][:2]
    pairs = _real_clients()
    if count > REAL:
        _copy(pairs[0][0], count - REAL)
    if asking > REAL:
        pairs += _given_tags(pairs[0][1], asking - REAL, of=count - REAL)
    print(json.dumps(pairs))  # noqa: T201  its answer


def _real_clients() -> list[tuple[str, str]]:
    from clients_app.selectors.tenants.installation import first_tenant
    from tests.factories import make_client

    tenant = first_tenant()
    assert tenant is not None
    now = datetime.now(UTC)
    made = [
        make_client(f"Real {number}", tenant, now=now, expires_at=now + timedelta(days=365))
        for number in range(REAL)
    ]
    return [(str(one.client.pk), one.plain) for one in made]


def _copy(example: str, count: int) -> None:
    """Add ``count`` copies of the client ``example`` with new ids, and its related rows."""
    from django.db import connection, transaction

    sqlite = connection.vendor == "sqlite"
    random = {
        "id": "lower(hex(randomblob(16)))" if sqlite else "gen_random_uuid()",
        "32": "randomblob(32)" if sqlite else "sha256((made.n || 'tag')::bytea)",
    }
    with connection.cursor() as cursor:
        if sqlite:
            cursor.execute(
                "PRAGMA cache_size = -1000000"
            )  # KiB; needed as indexes grow in random places
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"""
            CREATE TEMPORARY TABLE made AS
            WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers
                                            WHERE n < {count})
            SELECT n, {random["id"]} AS id FROM numbers ORDER BY id
            """  # noqa: S608  words of the portal
        )
        for table, own in OWN.items():
            names = _columns(table)
            values = [own.get(name, f"t.{name}").format(random_32=random["32"]) for name in names]
            key = "client_id" if "client_id" in names else "id"
            cursor.execute(
                f"""
                INSERT INTO {table} ({", ".join(names)})
                SELECT {", ".join(values)} FROM {table} t CROSS JOIN made WHERE t.{key} = %s
                """,  # noqa: S608  words of the portal
                [example.replace("-", "") if sqlite else example],
            )


def _given_tags(plain: str, count: int, *, of: int) -> list[tuple[str, str]]:
    """Give ``count`` of the ``of`` copies, spread over the table, the MAC of ``plain``."""
    from clients_app import derived_keys
    from clients_app.models import ClientSecret
    from clients_app.services.secrets.digests import tag_of

    key = derived_keys.current_key(derived_keys.SECRET_TAGS)
    last = ClientSecret.objects.latest("pk").pk
    numbers = range(last, last - of, -(of // count))[:count]
    chosen = list(ClientSecret.objects.filter(pk__in=numbers))
    for secret in chosen:
        secret.tag = tag_of(plain, client_id=secret.client_id, key=key)
    ClientSecret.objects.bulk_update(chosen, ["tag"], batch_size=100)
    return [(str(secret.client_id), plain) for secret in chosen]


def _columns(table: str) -> list[str]:
    """Return the columns of a table, except an id that the database generates."""
    from django.apps import apps

    [model] = [one for one in apps.get_models() if one._meta.db_table == table]
    fields = [
        one for one in model._meta.concrete_fields if one.get_internal_type() != "BigAutoField"
    ]
    return [one.column for one in fields]


def copied(row: object, **changes: object) -> dict[str, object]:
    """Return the columns of ``row`` except its id, to create a copy."""
    fields = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    del fields["id"]
    return fields | changes


if __name__ == "__main__":
    main()

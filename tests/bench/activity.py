"""Measures the Activity page and its export on a new SQLite database.

`python -m tests.bench.activity` in the environment of a new portal folder (DATA_DIR): EVENTS events
of 90 days, of 1,000 clients and 20 people.
"""

import json
import resource
import statistics
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.own_database import EVENTS, Rows, figures_of, set_up

if TYPE_CHECKING:
    from clients_app.models import Person, Tenant

CLIENTS, PEOPLE, DAYS = 1_000, 20, 90
REQUESTS = 15  # per page


#: changes; every hundredth event is a refused sign-in, every thousandth a role
_SEED = """
INSERT INTO clients_app_auditevent (tenant_id, sequence, at, actor_kind, actor_id, actor_name,
  action, outcome, client_id, object_kind, object_id, object_name, search_key, address,
  operation_id, canonical, previous_digest, digest, chain_key_id)
WITH RECURSIVE numbers(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < %s),
  drawn AS (SELECT i, CASE WHEN i %% 1000 = 0 THEN 'role.added' WHEN i %% 100 = 0
    THEN 'sign-in.refused' ELSE 'client.edited' END AS action,
    (SELECT id FROM drawn_client WHERE n = i %% %s) AS client,
    (SELECT id FROM drawn_person WHERE n = i %% %s) AS person FROM numbers)
SELECT %s, (SELECT MAX(sequence) FROM clients_app_auditevent) + i,
  strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now', '-' || (%s * 86400.0 * (%s - i) / %s) || ' seconds'),
  'person', person, 'Somebody', action,
  CASE action WHEN 'sign-in.refused' THEN 'refused' ELSE 'done' END,
  CASE action WHEN 'client.edited' THEN replace(client, '-', '') END, 'client', client, 'A client',
  'a client' || char(10) || 'somebody',
  '10.0.' || (i %% 200) || '.7', '', '{"before":{"description":"' || hex(randomblob(80))
    || '"},"after":{"description":"' || hex(randomblob(80)) || '"}}', '', '', ''
FROM drawn
"""


def figures(folder: Path, _: ExitStack) -> Rows:
    """Return the rows of the table, measured in a new process."""
    return figures_of("tests.bench.activity", folder)


def main() -> None:
    """Measure and write the rows to standard output as JSON."""
    set_up()
    from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
    from portal.server.static_files import collect_changed_static_files
    from tests.factories import insert_clients, make_person, make_tenant

    collect_changed_static_files()
    tenant = make_tenant()
    clients = insert_clients([f"Client {number}" for number in range(CLIENTS)], tenant)
    people = [
        make_person(f"person{number}", tenant, TENANT_ADMINISTRATOR) for number in range(PEOPLE)
    ]
    _seed(
        tenant,
        {"client": [str(one.pk) for one in clients], "person": [str(one.pk) for one in people]},
    )
    print(json.dumps([*_pages(people[0]), *_export(people[0])]))  # noqa: T201  its answer


def _seed(tenant: "Tenant", drawn: dict[str, list[str]]) -> None:
    from django.db import connection, transaction
    from django.db.models import Max

    from clients_app.models import AuditEvent, AuditHead

    with transaction.atomic(), connection.cursor() as cursor:
        for name, ids in drawn.items():
            cursor.execute(f"CREATE TEMP TABLE drawn_{name} (n INTEGER PRIMARY KEY, id TEXT)")
            rows = list(enumerate(ids))
            cursor.executemany(f"INSERT INTO drawn_{name} VALUES (%s, %s)", rows)  # noqa: S608  words of the portal
        values = (EVENTS, CLIENTS, PEOPLE, tenant.pk.hex, DAYS, EVENTS, EVENTS)
        cursor.execute(_SEED, values)
    last = AuditEvent.objects.for_tenant(tenant.pk).aggregate(last=Max("sequence"))["last"]
    AuditHead.objects.filter(tenant=tenant).update(sequence=last)


def _pages(person: "Person") -> Rows:
    from clients_app.models import Client

    client = Client.objects.get(name="Client 7")
    asked = {
        "at first": "",
        "at any time": "?when=always",
        "somewhere in the middle": f"?when=always&below={EVENTS // 2}-253402300799999999-1",
        "of changes": "?when=always&kind=changes",
        "of roles": "?when=always&kind=roles",
        "refused": "?when=always&outcome=refused",
        "of one client": f"?when=always&client={client.pk}",
        "of one person": f"?when=always&person={person.pk}",
        "of a person, of a kind": f"?when=always&person={person.pk}&kind=notices",
        "by a text": "?when=always&q=client+7",
        "by an address": "?when=always&q=10.0.7.7",
        "of a text that nobody has": "?when=always&q=nobody",
        "of 30 days": "?when=month&kind=sign-ins",
        "of two days of old": "?when=dates&first=2020-01-01&last=2020-01-02",
    }
    took = {what: _median_ms(person, query) for what, query in asked.items()}
    slowest = max(took, key=took.__getitem__)
    events = f"of {EVENTS:,} events"
    return [
        (f"the Activity page {events}, median of all", "<= 200 ms", _ms(took.values())),
        (f"the slowest of its pages, {slowest}", "<= 200 ms", f"{took[slowest]:.0f} ms"),
    ]


def _median_ms(person: "Person", query: str) -> float:
    browser, took = _browser_of(person), []
    for _ in range(REQUESTS):
        start = time.perf_counter()
        status = browser.get(f"/security/activity{query}", HTTP_HOST="localhost").status_code
        took.append((time.perf_counter() - start) * 1000)
        assert status == 200
    return statistics.median(took)


def _export(person: "Person") -> Rows:
    """Read the whole export as the server does, without keeping it."""
    browser, size = _browser_of(person), 0
    before_kib, start = _peak_kib(), time.perf_counter()
    address = "/security/activity/export?when=always"
    reply = browser.post(address, {"format": "csv"}, HTTP_HOST="localhost")
    for piece in reply.streaming_content:
        size += len(piece)
    took, grown = time.perf_counter() - start, (_peak_kib() - before_kib) / 1024
    figure = f"{grown:.1f} MiB for a file of {size / 2**20:,.0f} MiB, in {took:.0f} s"
    return [(f"memory that an export of {EVENTS:,} events adds", "<= 20 MiB", figure)]


def _browser_of(person: "Person") -> Any:
    from tests.conftest import browser_of

    return browser_of(person)


def _peak_kib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _ms(values: Any) -> str:
    return f"{statistics.median(values):.0f} ms"


if __name__ == "__main__":
    main()

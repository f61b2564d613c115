"""Measures the audit chain on a new SQLite database.

`python -m tests.bench.audit` in the environment of a new portal folder (DATA_DIR); EVENTS events.
"""

import json
import statistics
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

from tests.bench.own_database import EVENTS, Rows, figures_of, set_up
from tests.bench.seed import copied

if TYPE_CHECKING:
    from clients_app.models import Client, Tenant

WRITES = 300
WRITERS = 50
_PIECE = 10_000


def figures(folder: Path, _: ExitStack) -> Rows:
    """Return the rows of the table, measured in a new process."""
    return figures_of("tests.bench.audit", folder)


def main() -> None:
    """Measure and write the rows to standard output as JSON."""
    set_up()
    from tests.factories import insert_clients, make_tenant

    tenant = make_tenant()
    [client] = insert_clients(["Pump"], tenant)
    rows = [*_write(tenant, client), *_writers(tenant), *_verify(tenant, client)]
    print(json.dumps(rows))  # noqa: T201  its answer


def _write(tenant: "Tenant", client: "Client") -> Rows:
    from clients_app import audit
    from clients_app.services.clients.edits import set_enabled
    from tests.actors import command_line_in

    def once(enabled: bool) -> float:
        start = time.perf_counter()
        set_enabled(client, enabled=enabled, actor=actor, now=datetime.now(UTC))
        return (time.perf_counter() - start) * 1000

    actor = command_line_in(tenant)
    once(False)
    with_ms, without_ms = [], []
    for _ in range(WRITES):
        with_ms.append(once(True))
        with patch.object(audit, "record"):
            without_ms.append(once(False))
    more = statistics.median(with_ms) - statistics.median(without_ms)
    figure = f"{more:.2f} ms ({statistics.median(without_ms):.2f} ms without)"
    return [("what its event adds to a write, median", "<= 2 ms", figure)]


def _writers(tenant: "Tenant") -> Rows:
    from clients_app import audit
    from tests.factories import make_role
    from tests.faults.conftest import run_concurrently

    def waited(number: int) -> float:
        start = time.perf_counter()
        make_role(f"Role {number}", tenant)
        return time.perf_counter() - start

    outcomes = run_concurrently(WRITERS, waited)
    failed = [outcome.error for outcome in outcomes if outcome.error]
    if failed or audit.first_fault(tenant.pk):
        raise SystemExit(f"Of {WRITERS} writers at once failed: {failed}.")
    longest = max(outcome.value for outcome in outcomes)
    return [
        (f"longest wait of {WRITERS} processes that write at once", "<= 1 s", f"{longest:.2f} s")
    ]


def _verify(tenant: "Tenant", client: "Client") -> Rows:
    from clients_app import audit

    fill(tenant, client, EVENTS)
    rates = []
    for _ in range(3):
        start = time.process_time()
        if fault := audit.first_fault(tenant.pk):
            raise SystemExit(f"The chain is broken: {fault}.")
        rates.append(EVENTS / (time.process_time() - start))
    figure = f"{statistics.median(rates):,.0f}"
    return [(f"events verified per CPU second, of {EVENTS:,}", ">= 100,000", figure)]


def fill(tenant: "Tenant", client: "Client", count: int) -> None:
    """Add ``count`` events to the chain of ``tenant`` as ``record`` writes them, in batches."""
    from django.db import transaction

    from clients_app import derived_keys
    from clients_app.audit import chain
    from clients_app.models import AuditEvent, AuditHead
    from clients_app.models.defaults import new_id

    key = derived_keys.current_key(derived_keys.AUDIT_CHAIN)
    head = AuditHead.objects.get(tenant=tenant)
    fields = copied(AuditEvent.objects.for_tenant(tenant.pk).get(sequence=head.sequence))
    for start in range(0, count, _PIECE):
        events = []
        for _ in range(min(_PIECE, count - start)):
            head.sequence += 1
            event = AuditEvent(**fields)
            event.sequence, event.previous_digest = head.sequence, head.digest
            event.at, event.client_id = datetime.now(UTC), client.pk
            event.operation_id = str(new_id())
            event.canonical = chain.canonical(
                event, before={"description": "Level"}, after={"description": "Level and flow"}
            )
            head.digest = event.digest = chain.digest_of(event, key)
            events.append(event)
        with transaction.atomic():
            AuditEvent.objects.bulk_create(events)
            head.save()


if __name__ == "__main__":
    main()

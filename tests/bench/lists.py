"""`make lists`: the server's CPU time for each state of the list of 50,000 clients.

CLIENTS sets how many; DATABASE_URL the database, by default a new SQLite file. Each figure is
the best of several (TIMES), in milliseconds of CPU time, that of PostgreSQL's process included:
for the reads alone, and for the whole page of a Tenant Administrator.
"""

import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import django
from django.db import connection

from tests.bench.list_rows import COUNT, NOW, filled

TIMES = int(os.environ.get("TIMES", "5"))
WANTED_MS = 100
LIST = "/security/clients"
ALL_TICKED = 400

State = dict[str, Any]


def main() -> None:
    """Fill an empty tenant, measure every state, and print which are too slow."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from django.core.management import call_command

    from clients_app.models import Tenant
    from portal.server.static_files import collect_changed_static_files

    logging.disable(logging.ERROR)
    call_command("migrate", verbosity=0)
    collect_changed_static_files()
    tenant = Tenant.objects.filter(name="Larkfield Lists").first() or filled()
    clock_ms, slow = _cpu_clock(), 0
    for what, read, ask in _measured(tenant):
        reads = f"{_best(read, clock_ms):7.1f}" if read else " " * 7
        answer_ms = _best(ask, clock_ms) if ask else 0.0
        say(f"{what:48} {reads} {answer_ms:7.1f}")
        slow += answer_ms > WANTED_MS
    sys.exit(f"{slow} pages take more than {WANTED_MS} ms" if slow else 0)


def _measured(tenant: Any) -> Iterator[tuple[str, Callable | None, Callable | None]]:
    """Yield what is measured, a function that reads it, and one that requests its page."""
    from clients_app.selectors.clients.attention import attention
    from clients_app.selectors.clients.lists import client_page

    page_of = _browser(tenant)
    yield "what needs attention", lambda: attention(tenant.pk, now=NOW), None
    for state in _states(tenant):
        asked = {("role_id" if name == "role" else name): one for name, one in state.items()}
        yield (
            ", ".join(f"{name} {value}" for name, value in state.items()) or "all",
            lambda asked=asked: client_page(
                tenant.pk, client_type="client-credentials", now=NOW, **asked
            ),
            lambda state=state: page_of(LIST, state),
        )
    for what, path, query in _other_pages(tenant):
        yield what, None, lambda path=path, query=query: page_of(path, query)


def _states(tenant: Any) -> list[State]:
    from clients_app.models import Role
    from clients_app.selectors.clients.order import SORTS
    from clients_app.selectors.clients.shows import Show

    role = Role.objects.for_tenant(tenant.pk).order_by("name_key").first()
    last = COUNT * 19 // 20 // 50
    orders = [sign + sort for sort, sign in product(SORTS, ("", "-"))]
    states: list[State] = [{}, {"page": last}]
    states += [{"sort": order} for order in orders if "removed" not in order]
    states += [
        {"sort": order, "page": page}
        for order in ("expires", "-roles", "used", "-status")
        for page in (last, last // 2)
    ]
    states += [{"show": show} for show in Show if show]
    states += [{"show": show, "sort": "expires"} for show in (Show.ACTIVE, Show.NEVER)]
    states += [{"q": q} for q in ("pump 4", "north", "a", "zzzz", "0f")]
    states += [{"role": role.pk}, {"role": role.pk, "q": "pump", "sort": "used"}]
    return states


def _other_pages(tenant: Any) -> Iterator[tuple[str, str, State]]:
    """Yield the pages beside the list and above it, and those that begin in it."""
    from clients_app.models import Client, TokenUsage
    from clients_app.rules.weeks import name_of, week_of
    from clients_app.selectors.secrets.runs import secrets_to_rotate

    own = Client.objects.for_tenant(tenant.pk).present().filter(client_type="client-credentials")
    chosen = list(own.order_by("name_key").values_list("pk", flat=True)[:ALL_TICKED])
    used = f"{LIST}/{TokenUsage.objects.filter(client__tenant=tenant).first().client_id}"
    week = name_of(week_of(NOW + timedelta(weeks=10), NOW.tzinfo))
    run = secrets_to_rotate(tenant.pk, chosen, period=None, now=NOW)
    ticked = {"clients": chosen}
    yield "a week of the timeline", LIST, {"show": "timeline", "week": week}
    yield "timeline of a text", LIST, {"show": "timeline", "q": "pump"}
    yield "select all that match", LIST, {"select": 1, "everything": 1}
    yield "Usage of all clients, 24 hours", f"{LIST}/usage", {}
    yield "Usage of all clients, 30 days", f"{LIST}/usage", {"period": "30d"}
    yield "a client with its chart, 24 hours", used, {}
    yield "a client with its chart, 30 days", used, {"period": "30d"}
    yield "its secrets", f"{used}/secrets", {}
    yield f"Rotate one by one, {ALL_TICKED}", f"{LIST}/rotate", {"secrets": ",".join(map(str, run))}
    yield f"Edit roles of {ALL_TICKED}", f"{LIST}/bulk/roles", ticked
    yield f"Remove {ALL_TICKED}", f"{LIST}/bulk/remove", ticked
    yield "Export, all", f"{LIST}/export", {}
    yield "Activity", "/security/activity", {}


def _best(call: Callable[[], object], clock_ms: Callable[[], float]) -> float:
    took = []
    for _ in range(TIMES):
        started = clock_ms()
        call()
        took.append(clock_ms() - started)
    return min(took)


def _cpu_clock() -> Callable[[], float]:
    """Return a function that tells the CPU time spent here and in PostgreSQL's process."""
    if connection.vendor != "postgresql":
        return lambda: time.process_time() * 1000
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        spent = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
    return lambda: time.process_time() * 1000 + int(spent.read_text().split()[0]) / 1e6


def _browser(tenant: Any) -> Callable[[str, State], None]:
    """Return a function that requests a page as a Tenant Administrator."""
    from clients_app.models import Person
    from tests.conftest import browser_of

    browser = browser_of(Person.objects.get(tenant=tenant))

    def ask(path: str, query: State) -> None:
        reply = browser.get(path, query, headers={"host": "localhost:8000"})
        assert reply.status_code == 200, (path, reply.status_code)

    return ask


def say(text: str) -> None:
    """Print a line immediately, even to a pipe."""
    print(text, flush=True)  # noqa: T201  its answer


if __name__ == "__main__":
    main()

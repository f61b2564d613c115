"""Export CSV: the list as filtered or selected, safe in spreadsheets, with an event."""

import csv
import io
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from clients_app.models import AuditEvent, Client, Tenant
from tests.factories import insert_clients, make_client, make_role
from tests.responses import HTMX, is_page, text_of

pytestmark = pytest.mark.both_databases

LIST = "/security/clients"
EXPORT = f"{LIST}/export"
CSV = {"format": "csv"}


def rows_of(reply: Any) -> list[dict[str, str]]:
    text = b"".join(reply.streaming_content).decode()
    assert text.startswith("\ufeffName,Client Id,")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def export(browser: Browser, query: str = "", **fields: Any) -> list[dict[str, str]]:
    reply = browser.post(f"{EXPORT}{query}", {**CSV, **fields})
    assert reply.status_code == 200
    assert reply["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="clients-' in reply["Content-Disposition"]
    return rows_of(reply)


def test_export_has_the_columns_of_the_list_and_the_id(
    colleague_browser: Browser, tenant: Tenant, now: datetime
) -> None:
    role = make_role("Pump reader", tenant)
    made = make_client(
        "Bridge",
        tenant,
        role_ids=frozenset({role.pk}),
        tags=("north",),
        expires_at=now,
        now=now - timedelta(days=9),
    ).client
    Client.objects.filter(pk=made.pk).update(last_token_at=now, is_enabled=False)
    make_client("Never", tenant, expires_at=None)

    first, second = export(colleague_browser)

    moment = f"{now:%Y-%m-%dT%H:%M:%SZ}"
    assert first == {
        "Name": "Bridge",
        "Client Id": str(made.pk),
        "Client Type": "Client-Credentials",
        "Status": "Disabled",
        "Next expiration": moment,
        "Roles": "Pump reader, Tenant Member",
        "Last token": moment,
        "Tags": "north",
    }
    assert (second["Next expiration"], second["Last token"]) == ("Never Expires", "")


def test_export_follows_filter_and_order_over_all_pages(
    administrator_browser: Browser, tenant: Tenant
) -> None:
    insert_clients([f"Pump {n:04}" for n in range(620)] + ["Bridge"], tenant)

    rows = export(administrator_browser, "?q=pump&sort=-name&page=3")

    assert [row["Name"] for row in rows] == [f"Pump {n:04}" for n in reversed(range(620))]
    event = AuditEvent.objects.get(action="clients.exported")
    assert event.actor_name == "mara"
    after = json.loads(event.canonical)["after"]
    assert after["clients"] == 620
    assert "q=pump" in after["filter"]


def test_export_of_selected_clients_has_only_those(
    administrator_browser: Browser, tenant: Tenant, stranger: Any
) -> None:
    one, _two, three = insert_clients(["One", "Two", "Three"], tenant)
    foreign = insert_clients(["Foreign"], stranger.tenant)[0]
    chosen = [str(client.pk) for client in (three, one, foreign)]

    window = administrator_browser.get(EXPORT, {"clients": chosen}, headers=HTMX)
    assert not is_page(window)
    assert "2 clients, with the columns of the list" in text_of(window)
    assert text_of(window).count('name="clients"') == 3

    assert [row["Name"] for row in export(administrator_browser, clients=chosen)] == [
        "One",
        "Three",
    ]


def test_export_window_says_how_many_and_changes_nothing(
    administrator_browser: Browser, tenant: Tenant
) -> None:
    insert_clients(["One", "Two"], tenant)

    page = administrator_browser.get(EXPORT, {"q": "one"})

    assert is_page(page)
    assert "1 client, with the columns of the list" in text_of(page)
    assert f'action="{EXPORT}?type=client-credentials&amp;q=one"' in text_of(page)
    assert not AuditEvent.objects.filter(action="clients.exported").exists()


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\uff1d1"])
def test_export_guards_cells_that_are_formulas(
    administrator_browser: Browser, tenant: Tenant, name: str
) -> None:
    make_client(name, tenant, tags=("=2",))

    (row,) = export(administrator_browser)

    assert (row["Name"], row["Tags"]) == (f"'{name}", "'=2")


def test_export_while_another_one_runs_is_refused(
    administrator_browser: Browser, tenant: Tenant
) -> None:
    insert_clients(["One"], tenant)
    running = administrator_browser.post(EXPORT, CSV)

    assert administrator_browser.post(EXPORT, CSV).status_code == 503
    assert len(rows_of(running)) == 1
    assert len(export(administrator_browser)) == 1
    assert AuditEvent.objects.filter(action="clients.exported").count() == 2


def test_export_of_removed_clients_is_for_administrators(
    administrator_browser: Browser, colleague_browser: Browser, tenant: Tenant, now: datetime
) -> None:
    gone = insert_clients(["Gone"], tenant)[0]
    Client.objects.filter(pk=gone.pk).update(removed_at=now)

    (row,) = export(administrator_browser, "?show=removed")
    assert (row["Name"], row["Status"]) == ("Gone", "Removed")
    assert export(colleague_browser, "?show=removed") == []

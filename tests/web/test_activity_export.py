"""Export Activity: formats, content, permission, and its own audit event."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from clients_app.models import AuditEvent, Person, Tenant, TokenRefusal
from clients_app.services.roles.roles import add_role
from tests.actors import actor_for
from tests.conftest import Machine, browser_of
from tests.factories import make_client
from tests.responses import HTMX, is_page, text_of

pytestmark = pytest.mark.both_databases

EXPORT = "/security/activity/export"


def post_export(browser: Browser, chosen: str, query: str = "?when=always") -> tuple[Any, str]:
    reply = browser.post(f"{EXPORT}{query}", {"format": chosen})
    assert reply.status_code == 200
    return reply, b"".join(reply.streaming_content).decode()


def csv_cells(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def add_refusal(machine: Machine) -> None:
    now = timezone.now()
    TokenRefusal.objects.create(
        client=machine.client,
        secret=machine.secret,
        cause=TokenRefusal.Cause.SECRET_EXPIRED,
        day=now.date(),
        requests=12,
        first_at=now - timedelta(minutes=2),
        last_at=now,
        last_address="10.20.9.2",
    )


def test_export_csv_has_all_matching_events_newest_first(
    administrator_browser: Browser, machine: Machine
):
    add_refusal(machine)

    reply, text = post_export(administrator_browser, "csv")

    assert reply["Content-Type"] == "text/csv; charset=utf-8"
    assert reply["Content-Disposition"].startswith('attachment; filename="activity-20')
    assert reply["Content-Disposition"].endswith('.csv"')
    assert "no-store" in reply["Cache-Control"]
    assert text.startswith("\ufeffTime,Event,Outcome,Client,")
    first, *rest = csv_cells(text)
    ending = f"ends in …{machine.plain[-4:]}"
    assert first["Event"] == f"12 token requests refused: secret expired, {ending}"
    assert (first["Client"], first["By"]) == ("Wind park reader", "the client")
    numbers = [int(one["Number"]) for one in rest]
    assert numbers == sorted(numbers, reverse=True)
    assert len(numbers) == AuditEvent.objects.for_tenant(machine.client.tenant_id).count() - 1
    added = next(one for one in rest if one["Action"] == "client.added")
    assert json.loads(added["After"])["name"] == "Wind park reader"
    assert not added["By"].startswith("API: ")  # a person on the command line


def test_export_json_lines_have_the_events_as_sealed(
    administrator_browser: Browser, machine: Machine
):
    add_refusal(machine)

    reply, text = post_export(administrator_browser, "jsonl")

    group, *events = [json.loads(line) for line in text.splitlines()]
    assert reply["Content-Disposition"].endswith('.jsonl"')
    assert text.isascii()
    assert (group["action"], group["requests"]) == ("token.refused", 12)
    stored = {event.sequence: event for event in AuditEvent.objects.all()}
    for one in events:
        event = stored[one["sequence"]]
        assert one["digest"] == event.digest
        assert json.loads(event.canonical).items() <= one.items()


def test_export_uses_the_filters_of_the_screen(
    administrator_browser: Browser, administrator: Person, tenant: Tenant, machine: Machine
):
    add_refusal(machine)
    add_role("Pumps", description="", actor=actor_for(administrator), now=timezone.now())

    _, text = post_export(administrator_browser, "csv", "?kind=roles&when=day")

    assert [one["Event"] for one in csv_cells(text)] == ["Added role Pumps"]


def test_export_is_recorded_as_an_event(administrator_browser: Browser, machine: Machine):
    """AUD-3. An unknown filter text may be a secret, so it is not kept."""
    post_export(administrator_browser, "csv", "?kind=roles&q=wind")
    post_export(administrator_browser, "jsonl", "?kind=roles&q=Seven-grey-herons-7")

    events = AuditEvent.objects.filter(action="activity.exported").order_by("sequence")
    said = [json.loads(event.canonical) for event in events]
    assert [one["after"] for one in said] == [
        {"filter": "?q=wind&kind=roles", "format": "csv"},
        {"filter": "?kind=roles", "format": "jsonl"},
    ]
    assert all(one["actor_name"] == "mara" and one["operation_id"] for one in said)


@pytest.mark.parametrize("name", ["=cmd|'/c calc'!A1", "+1+1", "-2", "@SUM(1)", "\uff1d1"])
def test_export_csv_cells_are_never_formulas(
    administrator_browser: Browser, administrator: Person, tenant: Tenant, name: str
):
    """CLI-6, including other characters that start a formula in spreadsheets."""
    make_client(name, tenant, actor=actor_for(administrator), now=timezone.now())

    _, text = post_export(administrator_browser, "csv")

    rows = csv_cells(text)
    assert any(one["Client"] == f"'{name}" for one in rows)
    assert not any(
        cell.startswith(("=", "+", "-", "@", "\t", "\uff1d"))
        for one in rows
        for cell in one.values()
    )


def test_export_with_an_old_proof_asks_to_confirm_identity(administrator: Person, machine: Machine):
    """SES-5."""
    old = browser_of(administrator, proof_age=timedelta(minutes=21))
    before = AuditEvent.objects.count()

    asked, posted = old.get(EXPORT), old.post(EXPORT, {"format": "csv"})

    for reply in (asked, posted):
        assert "Confirm your identity" in text_of(reply)
        assert not reply.streaming
    assert AuditEvent.objects.count() == before
    went_on = old.post(
        EXPORT, {"proof_for": "POST", "proof": "Seven-grey-herons-7", "format": "csv"}
    )
    assert went_on.streaming
    assert b"".join(went_on.streaming_content)


def test_export_window_offers_both_formats(administrator_browser: Browser, machine: Machine):
    page = administrator_browser.get(f"{EXPORT}?kind=clients")
    window = administrator_browser.get(f"{EXPORT}?kind=clients", headers=HTMX)
    wrong = administrator_browser.post(EXPORT, {"format": "xls"})

    assert (is_page(page), is_page(window)) == (True, False)
    for reply in (page, window):
        assert f'action="{EXPORT}?kind=clients"' in text_of(reply)
    assert (wrong.status_code, wrong.streaming) == (422, False)


def test_export_without_the_permission_is_refused(
    colleague_browser: Browser, stranger_browser: Browser, browser: Browser, machine: Machine
):
    """TEN-1: the file of another tenant contains nothing from this one."""
    assert colleague_browser.post(EXPORT, {"format": "csv"}).status_code == 403
    _, theirs = post_export(stranger_browser, "csv")
    assert "Wind park" not in theirs
    assert "mara" not in theirs


def test_export_contains_no_secret(administrator_browser: Browser, machine: Machine):
    """SEC-3."""
    for chosen in ("csv", "jsonl"):
        _, text = post_export(administrator_browser, chosen)
        assert machine.plain not in text
        assert machine.plain[:20] not in text
        assert "argon2" not in text


def test_export_second_concurrent_export_is_refused(
    administrator_browser: Browser, machine: Machine
):
    """AVA-12: the other thread stays free for tokens. The refused export is not an event."""
    first = administrator_browser.post(EXPORT, {"format": "csv"})
    exported = AuditEvent.objects.filter(action="activity.exported")
    assert exported.count() == 1

    second = administrator_browser.post(EXPORT, {"format": "csv"})

    assert (second.status_code, second["Retry-After"]) == (503, "30")
    assert "Another export is running. Try again when it has finished." in text_of(second)
    assert exported.count() == 1
    assert b"".join(first.streaming_content)
    post_export(administrator_browser, "csv")

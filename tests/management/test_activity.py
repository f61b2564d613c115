"""`manage.py activity verify`: one line per tenant, and an exit status for cron jobs."""

from datetime import timedelta

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from clients_app.management import command_line
from clients_app.models import AuditEvent, Tenant, append_only
from tests.factories import NOW, make_role, make_tenant
from tests.management.conftest import Run


def test_verify_of_intact_chains_exits_with_0(run: Run, tenant: Tenant) -> None:
    make_tenant("Contoso")

    assert run("activity", "verify") == (0, "Herons Ltd: whole\nContoso: whole\n", "")


def test_verify_of_a_broken_chain_names_its_first_bad_event(run: Run, tenant: Tenant) -> None:
    make_tenant("Contoso")
    for number in range(3):
        make_role(f"Role {number}", tenant)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    append_only.drop(connection)
    AuditEvent.objects.filter(tenant=tenant, sequence__gte=3).update(actor_name="nobody")

    ended = run("activity", "verify")

    assert ended.status == 1
    assert ended.out == "Herons Ltd: event 3: its columns were changed\nContoso: whole\n"
    assert ended.error == "1 broken.\n"


def test_verify_without_a_tenant_exits_with_0(run: Run) -> None:
    assert run("activity", "verify") == (0, "", "")


def test_seal_moves_old_events_to_files(
    run: Run, tenant: Tenant, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command_line, "now", lambda: NOW + timedelta(days=30))
    make_role("Role", tenant)

    assert run("activity", "seal").error == (
        "Enter --days DAYS, at least 1, or set ACTIVITY_KEEP_DAYS.\n"
    )
    assert run("activity", "seal", "--days", "0").status == 1
    assert run("activity", "seal", "--days", "30").out == (
        "Herons Ltd: no events are older than 30 days\n"
    )
    settings.ACTIVITY_KEEP_DAYS = 29
    assert run("activity", "seal") == (0, "Herons Ltd: events 1-2 sealed\n", "")
    assert run("activity", "verify") == (0, "Herons Ltd: whole\n", "")

"""`manage.py activity verify`: one line per tenant, and an exit status for cron jobs."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from django.db import connection, transaction
from pytest_django.fixtures import Settings

from clients_app.management import command_line
from clients_app.models import AuditEvent, Tenant, append_only
from clients_app.services.activity.archive import seal_segment
from tests.actors import command_line_in
from tests.factories import make_role, make_tenant
from tests.management.conftest import Run
from tests.moments import NOW

#: what a transaction that is rolled back leaves: no file
NO_HEADS = "DATA_DIR has no file of its heads, so a missing end would not be noticed"
WHOLE = f"whole; {NO_HEADS}"


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    """A DATA_DIR without files of other tests."""
    settings.DATA_DIR = tmp_path
    return tmp_path


def test_verify_of_intact_chains_exits_with_0(run: Run, tenant: Tenant) -> None:
    make_tenant("Contoso")

    assert run("activity", "verify") == (0, f"Herons Ltd: {WHOLE}\nContoso: {WHOLE}\n", "")


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
    assert ended.out == (
        f"Herons Ltd: event 3: its columns were changed; {NO_HEADS}\nContoso: {WHOLE}\n"
    )
    assert ended.error == "1 broken.\n"


def test_verify_with_a_file_of_heads_says_nothing_about_it(
    run: Run, tenant: Tenant, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        make_role("Role", tenant)

    assert run("activity", "verify") == (0, "Herons Ltd: whole\n", "")


@pytest.fixture
def without_foreign_keys() -> Iterator[None]:
    """They are checked when a transaction ends, and this one is rolled back."""
    yield
    transaction.set_rollback(True)


def forget(tenant: Tenant, *tables: str) -> None:
    """Delete what these tables have of a tenant, as somebody with the database can."""
    append_only.drop(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for table in tables:
            column = "id" if table == "clients_app_tenant" else "tenant_id"
            key = Tenant._meta.pk.get_db_prep_value(tenant.pk, connection)
            cursor.execute(f"DELETE FROM {table} WHERE {column} = %s", [key])  # noqa: S608  constants only


TABLES: Final = {
    name: f"clients_app_{name}" for name in ("auditevent", "audithead", "auditsegment", "tenant")
}


@pytest.mark.parametrize("left", ["auditevent", "audithead", "auditsegment", "segments", "heads"])
def test_verify_of_a_tenant_that_was_deleted_names_its_id(
    run: Run,
    tenant: Tenant,
    folder: Path,
    left: str,
    django_capture_on_commit_callbacks: Any,
    without_foreign_keys: None,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        gone = make_tenant("Gone")
        make_role("Role", gone)
        actor = command_line_in(gone)
        seal_segment(before=NOW + timedelta(days=1), actor=actor, now=NOW)
    forget(gone, *(table for name, table in TABLES.items() if name != left))
    for name in ("segments", "heads"):
        if name != left:
            shutil.rmtree(folder / f"audit-{name}")

    ended = run("activity", "verify")

    assert ended.status == 1
    assert "Herons Ltd: whole" in ended.out
    assert f"{gone.pk}: event 1: the tenant of this chain is missing" in ended.out


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
    assert run("activity", "verify") == (0, f"Herons Ltd: {WHOLE}\n", "")

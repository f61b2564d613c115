"""Audit events and issued ids can be added; the database refuses every other statement."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from clients_app.models import AuditEvent, AuditSegment, IssuedClientId, Tenant, append_only
from tests.factories import NOW, make_client, make_tenant

TABLES = ("clients_app_auditevent", "clients_app_issuedclientid", "clients_app_auditsegment")


@pytest.fixture(autouse=True)
def rows(tenant: Tenant) -> Iterator[None]:
    """A row in each table before, and the very same rows afterwards."""
    make_client("Pump", tenant)
    insert_segment(tenant, 1000, 1001)
    before = all_rows()
    yield
    after = all_rows()
    assert all(row in now for was, now in zip(before, after, strict=True) for row in was)
    assert all(before)


def all_rows() -> list[Any]:
    tables = (AuditEvent, IssuedClientId, AuditSegment)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def insert_segment(tenant: Tenant, first: int, last: int) -> AuditSegment:
    """Write a row that says where these events are, past the service."""
    return AuditSegment.objects.create(
        tenant=tenant, first_sequence=first, last_sequence=last, sealed_at=NOW
    )


def execute(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # TRUNCATE waits for none
        cursor.execute(statement)


def test_these_tables_are_append_only() -> None:
    assert append_only.APPEND_ONLY == TABLES


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {} SET id = id",
        "DELETE FROM {}",
        "DELETE FROM {} WHERE id IN (SELECT id FROM {} LIMIT 1)",
    ],
)
def test_changing_statements_are_refused(table: str, statement: str) -> None:
    with pytest.raises(IntegrityError, match=f"{table} is append-only"):
        execute(statement.replace("{}", table))


@pytest.mark.parametrize("column", ["canonical", "digest", "sequence", "at", "actor_name"])
def test_no_column_of_an_event_changes(column: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        AuditEvent.objects.filter(sequence=1).update(**{column: F(column)})


@pytest.mark.parametrize("table", TABLES)
def test_truncate_is_refused(table: str) -> None:
    truncate = "DELETE FROM" if connection.vendor == "sqlite" else "TRUNCATE TABLE"
    with pytest.raises(IntegrityError, match=f"{table} is append-only"):
        execute(f"{truncate} {table}")


def test_the_orm_is_refused_as_well() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditEvent.objects.first().delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditEvent.objects.update(action="nothing")
    with pytest.raises(IntegrityError), transaction.atomic():
        IssuedClientId.objects.all().delete()


REPLACING = {
    "sqlite": "INSERT OR REPLACE INTO {} SELECT * FROM {}",
    "postgresql": "INSERT INTO {} SELECT * FROM {} ON CONFLICT (id) DO UPDATE SET id = excluded.id",
}


@pytest.mark.parametrize("table", TABLES)
def test_a_row_cannot_be_replaced(table: str) -> None:
    with pytest.raises(IntegrityError, match=f"{table} is append-only"):
        execute(REPLACING[connection.vendor].replace("{}", table))


def test_events_leave_their_table_where_a_segment_of_their_tenant_holds_them() -> None:
    other = make_tenant("Contoso")
    insert_segment(other, 1, 1)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        AuditEvent.objects.filter(sequence__lte=1).delete()  # ours is in no segment

    AuditEvent.objects.filter(tenant=other).delete()

    assert not AuditEvent.objects.filter(tenant=other).exists()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        AuditSegment.objects.filter(tenant=other).delete()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        AuditSegment.objects.filter(tenant=other).update(last_sequence=9)

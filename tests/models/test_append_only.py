"""Audit events and issued ids can be inserted; the database refuses every other statement."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from clients_app.models import AuditEvent, AuditSegment, IssuedClientId, Tenant, append_only
from tests.factories import make_client, make_tenant
from tests.moments import NOW

TABLES = ("clients_app_auditevent", "clients_app_issuedclientid", "clients_app_auditsegment")


@pytest.fixture(autouse=True)
def rows(tenant: Tenant) -> Iterator[None]:
    """One row in each table; they must be unchanged afterwards."""
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
    """Insert a segment with these events, without the service."""
    return AuditSegment.objects.create(
        tenant=tenant, first_sequence=first, last_sequence=last, sealed_at=NOW
    )


def execute(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SET CONSTRAINTS ALL IMMEDIATE"
            )  # TRUNCATE needs no pending constraint checks
        cursor.execute(statement)


def test_append_only_tables_are_the_expected_ones() -> None:
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
def test_update_and_delete_are_violates(table: str, statement: str) -> None:
    with pytest.raises(IntegrityError, match=f"{table} is append-only"):
        execute(statement.replace("{}", table))


@pytest.mark.parametrize("column", ["canonical", "digest", "sequence", "at", "actor_name"])
def test_update_of_any_column_of_an_event_is_violates(column: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        AuditEvent.objects.filter(sequence=1).update(**{column: F(column)})


@pytest.mark.parametrize("table", TABLES)
def test_truncate_is_violates(table: str) -> None:
    truncate = "DELETE FROM" if connection.vendor == "sqlite" else "TRUNCATE TABLE"
    with pytest.raises(IntegrityError, match=f"{table} is append-only"):
        execute(f"{truncate} {table}")


def test_update_and_delete_by_the_orm_are_violates() -> None:
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
def test_replacing_a_row_is_violates(table: str) -> None:
    with pytest.raises(IntegrityError, match=f"{table} is append-only"):
        execute(REPLACING[connection.vendor].replace("{}", table))


def test_events_can_be_deleted_only_if_a_segment_of_their_tenant_has_them() -> None:
    other = make_tenant("Contoso")
    insert_segment(other, 1, 1)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        AuditEvent.objects.filter(sequence__lte=1).delete()  # this one is in no segment

    AuditEvent.objects.filter(tenant=other).delete()

    assert not AuditEvent.objects.filter(tenant=other).exists()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        AuditSegment.objects.filter(tenant=other).delete()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        AuditSegment.objects.filter(tenant=other).update(last_sequence=9)

"""Audit events and issued ids can be added; the database refuses every other statement."""

from collections.abc import Iterator

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from clients_app.models import AuditEvent, IssuedClientId, Tenant, append_only
from tests.factories import make_client

TABLES = ("clients_app_auditevent", "clients_app_issuedclientid")


@pytest.fixture(autouse=True)
def rows(tenant: Tenant) -> Iterator[None]:
    """A row in each table before, and the very same rows afterwards."""
    make_client("Pump", tenant)
    before = [list(table.objects.order_by("pk").values()) for table in (AuditEvent, IssuedClientId)]
    yield
    after = [list(table.objects.order_by("pk").values()) for table in (AuditEvent, IssuedClientId)]
    assert before == after
    assert all(after)


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

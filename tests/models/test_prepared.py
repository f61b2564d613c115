"""Prepared queries return what Django's own would, with any values."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import DateTimeField, TextField, UUIDField
from django.test.utils import CaptureQueriesContext

from clients_app.models import Client, Tenant
from clients_app.models.prepared import Argument, Ids, Prepared
from tests.factories import insert_clients, make_tenant

COLUMNS = ("id", "name", "is_enabled", "created_at", "last_token_at", "tenant__id")


def clients(**conditions: Any) -> Any:
    return Client.objects.filter(**conditions).order_by("name").values_list(*COLUMNS)


def test_prepared_rows_are_those_of_the_queryset(tenant: Tenant) -> None:
    one = Prepared(
        lambda: clients(tenant=Argument("tenant", UUIDField()), name=Argument("name", TextField()))
    )
    insert_clients(["Pump", "Valve"], tenant)
    insert_clients(["Pump"], make_tenant("Others"))

    for name in ("Pump", "Valve", "Nobody"):
        expected = list(clients(tenant=tenant, name=name))
        assert one.rows(tenant=tenant.pk, name=name) == expected
    [row] = one.rows(tenant=tenant.pk, name="Pump")
    assert [type(value) for value in row[:4]] == [UUID, str, bool, datetime]
    assert row[3].tzinfo is UTC


def test_prepared_rows_of_several_ids_take_one_query(tenant: Tenant) -> None:
    several = Prepared(lambda: clients(pk__in=Ids("ids")))
    made = insert_clients(["Pump", "Tap", "Valve"], tenant)

    for ids in ([], [made[1].pk], [made[2].pk, made[0].pk]):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            rows = several.rows(ids=ids)
        assert rows == list(clients(pk__in=ids))
        assert len(queries) == 1


def test_prepared_moments_are_compared_as_moments(tenant: Tenant) -> None:
    [made] = insert_clients(["Pump"], tenant)
    since = Prepared(lambda: clients(created_at__gte=Argument("at", DateTimeField())))
    row = Client.objects.get(pk=made.pk)

    assert len(since.rows(at=row.created_at)) == 1
    assert since.rows(at=row.created_at.replace(year=row.created_at.year + 1)) == []

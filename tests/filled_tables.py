"""Import it in `manage.py shell`: rows in every table, as far as possible by the operations."""

import uuid
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Field, Model

from clients_app.models import AuditSegment, ClientSecret
from clients_app.services.backups.tables import columns_of, tables
from tests.audit.operations import OPERATIONS
from tests.audit.subjects import make_subjects
from tests.factories import insert_secrets, make_tenant

NOW = datetime(2026, 11, 30, 9, 0, 0, 123456, tzinfo=UTC)
#: what constraints ask for
VALUES: dict[str, Any] = {
    "clients_app.AuthorizationCode.challenge": "c" * 43,
    "clients_app.Authorization.ended_why": "",
    "clients_app.Authorization.ended_at": None,
    "clients_app.Alert.kind": "silent",
    "clients_app.TokenUsage.hour": NOW.replace(microsecond=0),
}


def fill_by_operations() -> None:
    """Perform the operations that go together."""
    on = make_subjects(make_tenant("Herons Ltd"))
    for name, call in OPERATIONS.items():
        if name not in {"remove_client", "seal_segment"}:
            with suppress(Exception), transaction.atomic():
                call(on)
    [gone] = insert_secrets(on.client, 1)  # the next secret does not get its number
    ClientSecret.objects.filter(pk=gone.pk).delete()


def fill_others() -> None:
    """Add a row to each table that is still empty."""
    for _ in range(3):  # rows that others refer to come first
        for table in tables():
            if table is not AuditSegment and not table._base_manager.exists():
                with suppress(Exception), transaction.atomic():
                    columns = [
                        one
                        for one in columns_of(table)
                        if not one.primary_key or not one.db_returning
                    ]
                    values = {one.attname: value_for(table, one) for one in columns}
                    table._base_manager.bulk_create([table(**values)])


def value_for(table: type[Model], column: "Field[Any, Any]") -> Any:
    """Return a value that such a column may have."""
    own = f"{table._meta.label}.{column.name}"
    if own in VALUES:
        return VALUES[own]
    if column.remote_field:
        row = column.remote_field.model._base_manager.first()
        return row and row.pk
    if column.choices:
        return next(value for value, _ in column.choices if value != "")
    return {
        "BooleanField": True,
        "BinaryField": bytes(range(240, 256)) * 2,
        "DateField": NOW.date(),
        "DateTimeField": NOW + timedelta(microseconds=len(column.name)),
        "GenericIPAddressField": "2001:db8::7",
        "JSONField": {"b": [1, None, "é"], "a": {}},
        "TextField": "é\n'\"\\ 😀",
        "UUIDField": uuid.uuid4(),
        "CharField": "é'" + "x" * min((column.max_length or 9) - 2, 30),
    }.get(column.get_internal_type(), 7)


fill_by_operations()
fill_others()

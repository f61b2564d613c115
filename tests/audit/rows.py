"""All rows that operations may change."""

from typing import Any

from clients_app.models import (
    AuditEvent,
    AuditHead,
    Client,
    ClientRole,
    ClientSecret,
    ClientTag,
    IssuedClientId,
    Person,
    Role,
    Tenant,
    UsedFormKey,
)

TABLES = (
    Tenant,
    Role,
    Person,
    Client,
    ClientRole,
    ClientTag,
    ClientSecret,
    IssuedClientId,
    UsedFormKey,
    AuditEvent,
    AuditHead,
)


def all_rows() -> list[Any]:
    return [list(table._default_manager.order_by("pk").values()) for table in TABLES]

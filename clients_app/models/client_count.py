"""How many clients a tenant has, kept by triggers: counting 50,000 rows takes 10 ms.

``create`` and ``drop`` serve the migration.
"""

from typing import ClassVar, Final
from uuid import UUID

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from clients_app.models.prepared import Argument, Prepared
from clients_app.models.tenant import Tenant, TenantQuerySet
from clients_app.models.texts import checks_texts


class ClientCountQuerySet(TenantQuerySet["ClientCount"]):
    def by_type(self, tenant_id: UUID) -> dict[str, int]:
        """Return how many clients the tenant has; types of which it never had one are left out."""
        return dict(_by_type.rows(tenant_id=tenant_id))

    def total(self, tenant_id: UUID) -> int:
        """Return how many clients of all types the tenant has."""
        return sum(self.by_type(tenant_id).values())


@checks_texts
class ClientCount(models.Model):
    """The number of clients of one type that are not removed. The operations that add, remove
    and restore clients lock the tenant."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, db_index=False)
    client_type = models.CharField(max_length=18)
    clients = models.PositiveIntegerField()

    objects: ClassVar = ClientCountQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("tenant", "client_type"), name="client_count_unique"),
        )

    def __str__(self) -> str:
        return f"{self.client_type}: {self.clients}"


_by_type: Final = Prepared(
    lambda: ClientCount.objects.for_tenant(Argument("tenant_id", models.UUIDField())).values_list(
        "client_type", "clients"
    )
)
_CLIENTS: Final = "clients_app_client"
_COUNTS: Final = "clients_app_clientcount"
_MORE: Final = (
    f"INSERT INTO {_COUNTS} (tenant_id, client_type, clients) "  # noqa: S608  ours
    "VALUES (NEW.tenant_id, NEW.client_type, 1) "
    f"ON CONFLICT (tenant_id, client_type) DO UPDATE SET clients = {_COUNTS}.clients + 1;"
)
_FEWER: Final = (
    f"UPDATE {_COUNTS} SET clients = clients - 1 "  # noqa: S608  ours
    "WHERE tenant_id = OLD.tenant_id AND client_type = OLD.client_type;"
)
_ELSEWHERE: Final = "(OLD.tenant_id, OLD.client_type) <> (NEW.tenant_id, NEW.client_type)"
_CHANGED: Final = "UPDATE OF removed_at, client_type, tenant_id"
#: by the name of the trigger: when it fires, on which condition, and what it does
_TRIGGERS: Final = {
    "added": ("INSERT", "NEW.removed_at IS NULL", _MORE),
    "gone": (
        _CHANGED,
        f"OLD.removed_at IS NULL AND (NEW.removed_at IS NOT NULL OR {_ELSEWHERE})",
        _FEWER,
    ),
    "back": (
        _CHANGED,
        f"NEW.removed_at IS NULL AND (OLD.removed_at IS NOT NULL OR {_ELSEWHERE})",
        _MORE,
    ),
    "deleted": ("DELETE", "OLD.removed_at IS NULL", _FEWER),
}


def create(connection: BaseDatabaseWrapper) -> None:
    """Count each client that is added, removed, restored or deleted from now on."""
    with connection.cursor() as cursor:
        for name, (event, condition, action) in _TRIGGERS.items():
            trigger = f"client_count_{name}"
            begin = f"CREATE TRIGGER {trigger} AFTER {event} ON {_CLIENTS} FOR EACH ROW"
            if connection.vendor == "sqlite":
                cursor.execute(f"{begin} WHEN {condition} BEGIN {action} END")
                continue
            cursor.execute(
                f"CREATE FUNCTION {trigger}() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN {action} RETURN NULL; END $$"
            )
            cursor.execute(f"{begin} WHEN ({condition}) EXECUTE FUNCTION {trigger}()")


def drop(connection: BaseDatabaseWrapper) -> None:
    """Remove the triggers."""
    with connection.cursor() as cursor:
        for name in _TRIGGERS:
            of_table = f" ON {_CLIENTS}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER client_count_{name}{of_table}")
            if connection.vendor == "postgresql":
                cursor.execute(f"DROP FUNCTION client_count_{name}()")

"""The audit record: append-only rows, in one chain for each tenant."""

from functools import lru_cache
from typing import ClassVar, Final

from django.db import models

from clients_app import limits
from clients_app.models.tenant import Tenant, TenantQuerySet
from clients_app.rules.names import key_of

#: The columns by which Activity filters; each index also has the order of the events.
_FILTERED: Final = ("client_id", "actor_id", "object_id", "action", "outcome", "address", "at")


@lru_cache(maxsize=4096)
def search_key_of(object_name: str, actor_name: str) -> str:
    """Return the text in which an event is searched: the keys of both names, a line each."""
    return f"{key_of(object_name)}\n{key_of(actor_name)}"


class AuditEvent(models.Model):
    """``canonical`` is the whole event as canonical JSON; ``digest`` is the MAC of it and of
    ``previous_digest``, under the key ``chain_key_id``. The other columns repeat what lists and
    filters need. Database triggers refuse UPDATE, DELETE and TRUNCATE."""

    DONE: ClassVar = "done"
    REFUSED: ClassVar = "refused"

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT)
    sequence = models.PositiveBigIntegerField()  # 1, 2, 3 ... within the tenant
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=12)
    actor_id = models.CharField(max_length=36)
    actor_name = models.CharField(max_length=limits.NAME_MAX)
    action = models.CharField(max_length=60)  # client.secret.added
    outcome = models.CharField(max_length=10)  # done, refused
    client_id = models.UUIDField(null=True)  # no foreign key: the event outlives the client
    object_kind = models.CharField(max_length=20)
    object_id = models.CharField(max_length=36)
    object_name = models.CharField(max_length=limits.NAME_MAX)
    search_key = models.TextField(blank=True)  # keys of both names, a line each
    address = models.CharField(max_length=45, blank=True)
    operation_id = models.CharField(max_length=36, blank=True)
    canonical = models.TextField()
    previous_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    chain_key_id = models.CharField(max_length=8)

    objects: ClassVar = TenantQuerySet.as_manager()

    class Meta:
        ordering = ("-sequence",)
        constraints = (
            models.UniqueConstraint(fields=("tenant", "sequence"), name="audit_sequence_unique"),
        )
        indexes = tuple(
            models.Index(fields=("tenant", column, "sequence"), name=f"audit_{column}")
            for column in _FILTERED
        )

    def __str__(self) -> str:
        return f"{self.sequence} {self.action}"


class AuditHead(models.Model):
    """The end of a tenant's chain; locked as the last step of each transaction that writes."""

    tenant = models.OneToOneField(Tenant, on_delete=models.PROTECT, primary_key=True)
    sequence = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    chain_key_id = models.CharField(max_length=8, blank=True)  # of the last event

    def __str__(self) -> str:
        return f"{self.tenant}: {self.sequence}"

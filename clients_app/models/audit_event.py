"""The record of what was done: append-only rows in one chain per tenant."""

from typing import Any, ClassVar

from django.db import models

from clients_app import limits
from clients_app.models.tenant import Tenant


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def for_tenant(self, tenant_id: Any) -> "AuditEventQuerySet":
        return self.filter(tenant_id=tenant_id)


class AuditEvent(models.Model):
    """``canonical`` is the whole event as canonical JSON; ``digest`` is its MAC together with
    ``previous_digest``, under the key that ``chain_key_id`` names. The other columns repeat what
    lists and filters need. Database triggers refuse UPDATE, DELETE and TRUNCATE."""

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
    client_id = models.UUIDField(
        null=True
    )  # which it concerns, if one; no foreign key: it outlives it
    object_kind = models.CharField(max_length=20)
    object_id = models.CharField(max_length=36)
    object_name = models.CharField(max_length=limits.NAME_MAX)
    address = models.CharField(max_length=45, blank=True)
    operation_id = models.CharField(max_length=36, blank=True)
    canonical = models.TextField()
    previous_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    chain_key_id = models.CharField(max_length=8)

    objects: ClassVar = AuditEventQuerySet.as_manager()

    class Meta:
        ordering = ("-sequence",)
        constraints = (
            models.UniqueConstraint(fields=("tenant", "sequence"), name="audit_sequence_once"),
        )
        indexes = (
            # each way to look for events ends in their order: selectors/activity.py
            models.Index(fields=("tenant", "client_id", "sequence"), name="audit_of_client"),
            models.Index(fields=("tenant", "actor_id", "sequence"), name="audit_by_actor"),
            models.Index(fields=("tenant", "object_id", "sequence"), name="audit_of_object"),
            models.Index(fields=("tenant", "action", "sequence"), name="audit_of_action"),
            models.Index(fields=("tenant", "outcome", "sequence"), name="audit_of_outcome"),
            models.Index(fields=("tenant", "address", "sequence"), name="audit_from_address"),
            models.Index(fields=("tenant", "at", "sequence"), name="audit_at"),
        )

    def __str__(self) -> str:
        return f"{self.sequence} {self.action}"


class AuditHead(models.Model):
    """The end of a tenant's chain; locked as the last act of each writing transaction."""

    tenant = models.OneToOneField(Tenant, on_delete=models.PROTECT, primary_key=True)
    sequence = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"{self.tenant}: {self.sequence}"

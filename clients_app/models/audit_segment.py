"""Events that were archived: moved from the table to a sealed file."""

from typing import ClassVar

from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint

from clients_app.models.tenant import Tenant


class AuditSegment(models.Model):
    """A file below DATA_DIR with the events ``first_sequence`` to ``last_sequence`` of a tenant.

    The chain enters it at ``previous_digest`` and leaves it at ``last_digest``; ``mac`` covers all
    other columns, under the key ``key_id``. Database triggers allow the deletion of events that are
    in a segment, and refuse every change of a segment.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT)
    first_sequence = models.PositiveBigIntegerField()
    last_sequence = models.PositiveBigIntegerField()
    previous_digest = models.CharField(max_length=64, blank=True)
    last_digest = models.CharField(max_length=64)
    file_digest = models.CharField(max_length=64)  # SHA-256
    sealed_at = models.DateTimeField()
    key_id = models.CharField(max_length=8)
    mac = models.CharField(max_length=64)

    objects: ClassVar = models.Manager()

    class Meta:
        ordering = ("first_sequence",)
        constraints = (
            UniqueConstraint(fields=("tenant", "first_sequence"), name="audit_segment_unique"),
            CheckConstraint(
                condition=Q(last_sequence__gte=F("first_sequence")), name="audit_segment_order"
            ),
        )

    def __str__(self) -> str:
        return f"{self.first_sequence}-{self.last_sequence}"

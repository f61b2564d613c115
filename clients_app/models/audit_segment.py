"""Events that were taken out of the table as a whole: their sealed file and its signed head."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from clients_app.models.tenant import Tenant


class AuditSegment(models.Model):
    """Events ``first_sequence`` to ``last_sequence`` of a tenant are in a file of DATA_DIR.

    ``previous_digest`` and ``last_digest`` are where the chain enters and leaves it; ``mac`` is
    over all other columns, under the key that ``key_id`` names. Database triggers let events go
    that a segment holds, and refuse every change of a segment.
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
            models.UniqueConstraint(
                fields=("tenant", "first_sequence"), name="audit_segment_begins_once"
            ),
            models.CheckConstraint(
                condition=Q(last_sequence__gte=F("first_sequence")), name="audit_segment_forward"
            ),
        )

    def __str__(self) -> str:
        return f"{self.first_sequence}-{self.last_sequence}"

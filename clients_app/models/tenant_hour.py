"""Counts of token requests for each tenant and hour, which charts show."""

from django.db import models

from clients_app.models.tenant import Tenant


class TenantHour(models.Model):
    """What all clients of a tenant requested in one hour, written in batches.

    Sums over the rows of 50,000 clients would take seconds.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE)
    hour = models.DateTimeField(db_index=True)  # its start, UTC
    tokens = models.PositiveBigIntegerField(default=0)
    refused = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("tenant", "hour"), name="tenant_hour_unique"),
        )

    def __str__(self) -> str:
        return f"{self.tenant_id} {self.hour:%Y-%m-%d %H}h: {self.tokens}, {self.refused}"

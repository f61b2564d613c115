"""Counts of refused token requests for each client and hour, which charts show."""

from django.db import models

from clients_app.models.client import Client


class RefusedHour(models.Model):
    """Token requests of a client refused in one hour, written in batches."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="refused_hours")
    hour = models.DateTimeField(db_index=True)  # its start, UTC
    requests = models.PositiveIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("client", "hour"), name="refused_hour_unique"),
        )

    def __str__(self) -> str:
        return f"{self.client_id} {self.hour:%Y-%m-%d %H}h: {self.requests}"

"""Counts of issued tokens for each client, secret and hour; later, day."""

from django.db import models

from clients_app.models.client import Client
from clients_app.models.client_secret import ClientSecret


class TokenUsage(models.Model):
    """Tokens issued to a client by one secret in one hour, written in batches.

    ``services/retention.py`` replaces the hours of an old day by one row.
    """

    client = models.ForeignKey(Client, on_delete=models.CASCADE)
    secret = models.ForeignKey(  # None: of a client without secrets
        ClientSecret, on_delete=models.CASCADE, null=True, related_name="usage"
    )
    hour = models.DateTimeField()  # its start, UTC; of the day where ``is_day``
    is_day = models.BooleanField(default=False, db_default=False)
    tokens = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()
    last_address = models.GenericIPAddressField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("secret", "hour"), name="token_usage_unique"),
            models.UniqueConstraint(
                fields=("client", "hour"),
                condition=models.Q(secret=None),
                name="token_usage_without_secret_unique",
            ),
        )
        indexes = (
            models.Index(fields=("client", "hour"), name="token_usage_of_client"),
            models.Index(fields=("is_day", "hour"), name="token_usage_age"),
        )

    def __str__(self) -> str:
        return f"{self.secret_id} {self.hour:%Y-%m-%d %H}h: {self.tokens}"

"""Counts of issued tokens for each client, credential and hour; later, day."""

from django.db import models

from clients_app.models.client import Client
from clients_app.models.client_key import ClientKey
from clients_app.models.client_secret import ClientSecret
from clients_app.models.federated_identity import FederatedIdentity


class TokenUsage(models.Model):
    """Tokens issued to a client by one credential in one hour, written in batches.

    At most one of ``secret``, ``key`` and ``identity`` is set, none for a client that has none.

    ``services/retention.py`` replaces the hours of an old day by one row.
    """

    client = models.ForeignKey(Client, on_delete=models.CASCADE)
    secret = models.ForeignKey(
        ClientSecret, on_delete=models.CASCADE, null=True, related_name="usage"
    )
    key = models.ForeignKey(ClientKey, on_delete=models.CASCADE, null=True, related_name="usage")
    identity = models.ForeignKey(
        FederatedIdentity, on_delete=models.CASCADE, null=True, related_name="usage"
    )
    hour = models.DateTimeField()  # its start, UTC; of the day where ``is_day``
    is_day = models.BooleanField(default=False, db_default=False)
    tokens = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()
    last_address = models.GenericIPAddressField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("secret", "hour"), name="token_usage_unique"),
            models.UniqueConstraint(fields=("key", "hour"), name="token_usage_of_key_unique"),
            models.UniqueConstraint(
                fields=("identity", "hour"), name="token_usage_of_identity_unique"
            ),
            models.UniqueConstraint(
                fields=("client", "hour"),
                condition=models.Q(secret=None, key=None, identity=None),
                name="token_usage_without_secret_unique",
            ),
        )
        indexes = (
            models.Index(fields=("client", "hour"), name="token_usage_of_client"),
            models.Index(fields=("is_day", "hour"), name="token_usage_age"),
        )

    def __str__(self) -> str:
        used = self.secret_id or self.key_id or self.identity_id
        return f"{used} {self.hour:%Y-%m-%d %H}h: {self.tokens}"

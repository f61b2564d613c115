"""A token that its client has revoked; kept until it would have expired."""

from django.db import models

from clients_app.models.client import Client


class RevokedToken(models.Model):
    """``jti`` is the id that the token carries; ``expires_at`` its ``exp``."""

    jti = models.CharField(max_length=32, primary_key=True)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="revoked_tokens")
    revoked_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.jti

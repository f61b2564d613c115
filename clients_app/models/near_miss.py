"""Assertions that were refused although they came from a key or issuer that the client knows."""

from django.db import models
from django.db.models import Index

from clients_app.models.client import Client
from clients_app.models.client_key import ClientKey
from clients_app.models.federated_identity import FederatedIdentity


class NearMiss(models.Model):
    """What one assertion said and what was expected, claim by claim; neither token nor signature.

    ``verdicts`` is a list of ``rules.verdicts.Verdict`` as JSON. ``key`` or ``identity`` is the
    credential that it came nearest to, if any. Without ``is_signed``, no known key signed it:
    anybody can have written it. Kept for 24 hours, at most 20 for each client.
    """

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="near_misses")
    key = models.ForeignKey(ClientKey, on_delete=models.CASCADE, null=True)
    identity = models.ForeignKey(FederatedIdentity, on_delete=models.CASCADE, null=True)
    at = models.DateTimeField(db_index=True)
    is_signed = models.BooleanField(default=True)
    address = models.GenericIPAddressField(null=True)
    verdicts = models.JSONField()

    class Meta:
        ordering = ("-id",)
        indexes = (Index(fields=("client", "at"), name="near_miss_of_client"),)

    def __str__(self) -> str:
        return f"{self.client_id} {self.at:%Y-%m-%d %H:%M}"

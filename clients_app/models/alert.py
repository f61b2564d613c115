"""What is wrong with clients, one row for each client and kind, and where credentials are used."""

from django.db import models
from django.db.models import Index, Q, UniqueConstraint

from clients_app.models.client import Client
from clients_app.models.client_key import ClientKey
from clients_app.models.client_secret import ClientSecret
from clients_app.models.tenant import Tenant
from clients_app.models.texts import checks_texts
from clients_app.rules.alerts import AlertKind


@checks_texts
class Alert(models.Model):
    """Exists from ``begun_at``, when the trouble began, until the client is well again.

    ``due_at`` is when people should know, None if they need not; ``sent_at`` is when they were
    told. ``secret`` or ``key``, ``cause`` and ``address`` are those of the request that began it.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="alerts")
    kind = models.CharField(max_length=11, choices=[(kind.value, kind.value) for kind in AlertKind])
    secret = models.ForeignKey(ClientSecret, on_delete=models.CASCADE, null=True)
    key = models.ForeignKey(ClientKey, on_delete=models.CASCADE, null=True)
    cause = models.CharField(max_length=24, blank=True)  # TokenRefusal.Cause
    address = models.GenericIPAddressField(null=True)
    usual_gap_s = models.PositiveIntegerField(null=True)
    begun_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (UniqueConstraint(fields=("client", "kind"), name="alert_unique"),)
        indexes = (Index(fields=("due_at",), condition=Q(sent_at=None), name="alert_due"),)

    def __str__(self) -> str:
        return str(self.client)


class SecretAddress(models.Model):
    """An address that a secret or key was used from; of IPv6, the first address of its network.

    Those of federated identities are not kept: jobs of a platform run anywhere.
    ``is_judged``: whether the worker has decided if it deserves an alert.
    """

    secret = models.ForeignKey(
        ClientSecret, on_delete=models.CASCADE, null=True, related_name="addresses"
    )
    key = models.ForeignKey(ClientKey, on_delete=models.CASCADE, null=True)
    address = models.GenericIPAddressField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    is_judged = models.BooleanField(default=False)

    class Meta:
        constraints = (
            UniqueConstraint(fields=("secret", "address"), name="secret_address_unique"),
            UniqueConstraint(fields=("key", "address"), name="secret_address_of_key_unique"),
        )
        indexes = (
            Index(fields=("id",), condition=Q(is_judged=False), name="secret_address_unjudged"),
            Index(fields=("last_at",), name="secret_address_age"),
        )

    def __str__(self) -> str:
        return self.address

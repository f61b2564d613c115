"""A public key of a client, or the address of its key set; the private key never leaves it.

The keys with which this portal signs tokens are ``SigningKey``.
"""

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from clients_app import limits
from clients_app.models.client import Client
from clients_app.models.credential import Credential, expires_after_creation, present_index
from clients_app.models.texts import checks_texts


@checks_texts
class ClientKey(Credential):
    """Either ``jwk``, the public members of one key (RFC 7517) with its ``thumbprint`` (RFC 7638),
    or ``jwks_url``, where the client publishes its keys."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="keys")
    jwk = models.JSONField(null=True)
    thumbprint = models.CharField(max_length=limits.THUMBPRINT_LENGTH, blank=True)
    jwks_url = models.CharField(max_length=limits.URL_MAX, blank=True)
    replaces = models.ForeignKey(  # by Rotate, which let it expire
        "self", on_delete=models.SET_NULL, null=True, related_name="successors"
    )

    class Meta:
        verbose_name = "public key"
        ordering = ("-id",)
        constraints = (
            UniqueConstraint(
                fields=("client", "thumbprint", "jwks_url"),
                condition=Q(removed_at=None),
                name="client_key_unique",
            ),
            CheckConstraint(
                condition=(Q(jwk__isnull=True, thumbprint="") & ~Q(jwks_url=""))
                | (Q(jwk__isnull=False, jwks_url="") & ~Q(thumbprint="")),
                name="client_key_is_key_or_url",
            ),
            expires_after_creation("client_key"),
        )
        indexes = (present_index("client_key"),)

    def __str__(self) -> str:
        return self.description or self.jwks_url or self.thumbprint[:8]

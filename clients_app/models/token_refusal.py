"""Counts of refused token requests; they are not audit events."""

from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from clients_app.models.client import Client
from clients_app.models.client_key import ClientKey
from clients_app.models.client_secret import ClientSecret
from clients_app.models.federated_identity import FederatedIdentity


class TokenRefusal(models.Model):
    """Token requests of a client refused on one UTC day for one cause, written in batches.

    ``secret`` is the one that was sent, if it is known, even if expired or removed. ``key`` or
    ``identity`` is the last one of which a key signed the assertion.
    """

    class Cause(models.TextChoices):
        NO_SECRET = "no-secret", _("no client secret sent")
        UNKNOWN_SECRET = "unknown-secret", _("unknown secret")
        SECRET_EXPIRED = "secret-expired", _("secret expired")
        SECRET_REMOVED = "secret-removed", _("secret removed")
        UNKNOWN_KEY = "unknown-key", _("unknown key or wrong signature")
        WRONG_CLAIMS = "wrong-claims", _("claims of the assertion")
        WRONG_AUDIENCE = "wrong-audience", _("audience of the assertion")
        WRONG_TIME = "wrong-time", _("times of the assertion, or the clock")
        USED_ASSERTION = "used-assertion", _("assertion used before")
        BAD_ASSERTION = "bad-assertion", _("malformed assertion")
        CLIENT_DISABLED = "client-disabled", _("client disabled")
        CLIENT_REMOVED = "client-removed", _("client removed")
        UNAUTHORIZED_CLIENT = "unauthorized-client", _("grant type not for this client")
        UNSUPPORTED_GRANT_TYPE = "unsupported-grant-type", _("unknown grant type")
        INVALID_GRANT = "invalid-grant", _("code or refresh token not valid")
        INVALID_SCOPE = "invalid-scope", _("scope not offered")
        INVALID_TARGET = "invalid-target", _("API not for this client")
        INVALID_REQUEST = "invalid-request", _("malformed request")

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="refusals")
    secret = models.ForeignKey(
        ClientSecret, on_delete=models.CASCADE, null=True, related_name="refusals"
    )
    key = models.ForeignKey(ClientKey, on_delete=models.CASCADE, null=True, related_name="refusals")
    identity = models.ForeignKey(
        FederatedIdentity, on_delete=models.CASCADE, null=True, related_name="refusals"
    )
    cause = models.CharField(max_length=24, choices=Cause)
    day = models.DateField()  # UTC
    requests = models.PositiveIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    last_address = models.GenericIPAddressField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                "client", "cause", "day", Coalesce("secret", 0), name="token_refusal_unique"
            ),
        )
        indexes = (
            models.Index(fields=("client", "last_at"), name="token_refusal_of_client"),
            models.Index(fields=("last_at", "id"), name="token_refusal_latest"),
        )

    def __str__(self) -> str:
        return f"{self.client_id} {self.day}: {self.requests} {self.cause}"

    @property
    def sentence(self) -> str:
        """What happened, for programs and the command line."""
        noun = "request" if self.requests == 1 else "requests"
        return f"{self.requests} token {noun} refused: {self.get_cause_display()}"

    @property
    def proof(self) -> ClientKey | FederatedIdentity | None:
        """The key or identity with which the client tried to prove itself, if it is known."""
        return self.key or self.identity

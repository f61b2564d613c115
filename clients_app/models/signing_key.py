"""A key that signs access tokens; its private part is encrypted."""

from django.db import models
from django.db.models import Q

from clients_app.models.defaults import new_id


class SigningKey(models.Model):
    """``kid`` is the JWK thumbprint (RFC 7638); ``private_part`` is encrypted, and empty once the
    key is removed; ``public_jwk`` is what the JWKS address shows."""

    class State(models.TextChoices):
        NEXT = "next"  # published, does not sign yet
        ACTIVE = "active"  # signs
        RETIRED = "retired"  # published until its last token has ended
        REMOVED = "removed"  # neither published nor used

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kid = models.CharField(max_length=43, unique=True)
    algorithm = models.CharField(max_length=5)
    state = models.CharField(max_length=7, choices=State)
    public_jwk = models.JSONField()
    private_part = models.BinaryField()
    created_at = models.DateTimeField()  # and published
    signs_from = models.DateTimeField(null=True)  # when a next key becomes the active one
    activated_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)  # and its private part forgotten

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("state",), condition=Q(state="active"), name="one_active_signing_key"
            ),
            models.UniqueConstraint(
                fields=("state",), condition=Q(state="next"), name="one_next_signing_key"
            ),
            models.CheckConstraint(
                condition=~Q(state="next") | Q(signs_from__isnull=False),
                name="signing_key_next_signs_some_day",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("next", "active", "retired", "removed")),
                name="signing_key_state_known",
            ),
        )

    def __str__(self) -> str:
        return self.kid

    @property
    def bits(self) -> int | None:
        """Return the length of an RSA key; None of others, whose curve is their length."""
        modulus = self.public_jwk.get("n", "")
        return len(modulus) * 6 // 8 * 8 if modulus else None

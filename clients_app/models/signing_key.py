"""A key that signs access tokens."""

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from clients_app.models.defaults import new_id
from clients_app.models.texts import checks_texts


@checks_texts
class SigningKey(models.Model):
    """``kid`` is the JWK thumbprint (RFC 7638); ``private_part`` is encrypted, and empty after the
    key is removed; ``public_jwk`` is published in the JWKS document."""

    class State(models.TextChoices):
        NEXT = "next"  # published, does not sign yet
        ACTIVE = "active"  # signs
        RETIRED = "retired"  # published until its last token has expired
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
    removed_at = models.DateTimeField(null=True)  # with its private part

    class Meta:
        constraints = (
            *(
                UniqueConstraint(
                    fields=("state",), condition=Q(state=state), name=f"one_{state}_signing_key"
                )
                for state in ("active", "next")
            ),
            CheckConstraint(
                condition=~Q(state="next") | Q(signs_from__isnull=False),
                name="next_signing_key_has_start",
            ),
        )

    def __str__(self) -> str:
        return self.kid

    @property
    def bits(self) -> int | None:
        """Return the length of an RSA key; None for others, whose curve implies it."""
        modulus = self.public_jwk.get("n", "")
        return len(modulus) * 6 // 8 * 8 if modulus else None

"""A secret of a client: its digest, tag and last four characters, never its text."""

from django.db import models
from django.db.models import CheckConstraint, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from clients_app.models.client import Client
from clients_app.models.credential import Credential, expires_after_creation, present_index
from clients_app.models.texts import checks_texts


@checks_texts
class ClientSecret(Credential):
    """``tag`` is a 32-byte MAC under the key ``tag_key_id``, which decides whether a secret is this
    one; ``digest`` is the encoded Argon2id digest, which decides if that key is lost."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="secrets")
    tag = models.BinaryField(max_length=32)
    tag_key_id = models.CharField(max_length=8)
    digest = models.CharField(max_length=120)
    last_four = models.CharField(max_length=4)
    replaces = models.ForeignKey(  # by Rotate, which let it expire
        "self", on_delete=models.SET_NULL, null=True, related_name="successors"
    )

    class Meta:
        ordering = ("-id",)
        constraints = (
            CheckConstraint(
                condition=Q(digest__startswith="$argon2id$"), name="secret_digest_is_argon2id"
            ),
            CheckConstraint(
                condition=Q(Exact(Length("tag"), 32), Exact(Length("last_four"), 4)),
                name="secret_tag_and_last_four",
            ),
            expires_after_creation("secret"),
        )
        indexes = (present_index("secret", "created_at"),)  # all that lists need

    def __str__(self) -> str:
        ending = f"…{self.last_four}"
        return f"{self.description} ({ending})" if self.description else ending

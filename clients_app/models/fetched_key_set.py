"""The keys that a client or an issuer publishes, as they were fetched last, for all processes."""

from django.db import models
from django.db.models import Index, UniqueConstraint

from clients_app import limits
from clients_app.models.texts import checks_texts


@checks_texts
class FetchedKeySet(models.Model):
    """``url`` is that of the keys, or an issuer, whose discovery document says where they are.

    ``jwks`` are the keys of the last success, at ``fetched_at``, or None; ``failure`` says why the
    last try, at ``tried_at``, failed, or is empty. After ``due_at`` they are fetched again. Without
    ``fetched_at``, ``jwks`` are those of an issuer that differs by the slash at the end.
    """

    url = models.CharField(max_length=limits.URL_MAX)
    is_issuer = models.BooleanField()
    jwks = models.JSONField(null=True)
    fetched_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField()
    failure = models.CharField(max_length=limits.ANSWER_MAX, blank=True)

    class Meta:
        constraints = (
            UniqueConstraint(fields=("url", "is_issuer"), name="fetched_key_set_unique"),
        )
        indexes = (Index(fields=("due_at",), name="fetched_key_set_due"),)

    def __str__(self) -> str:
        return self.url

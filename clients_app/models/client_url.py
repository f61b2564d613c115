"""The URLs and origins of clients."""

from django.db import models
from django.db.models import Index, UniqueConstraint

from clients_app import limits
from clients_app.models.client import Client
from clients_app.models.texts import checks_texts
from clients_app.rules.client_types import URL_KINDS


@checks_texts
class ClientUrl(models.Model):
    """A URL or origin that a client may be sent to or call from."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="urls")
    kind = models.CharField(max_length=15, choices=[(one.id, one.id) for one in URL_KINDS])
    url = models.CharField(max_length=limits.URL_MAX)

    class Meta:
        ordering = ("id",)
        constraints = (UniqueConstraint(fields=("client", "kind", "url"), name="url_unique"),)
        indexes = (Index(fields=("kind", "url"), name="url_lookup"),)

    def __str__(self) -> str:
        return self.url

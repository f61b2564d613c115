"""The tags of clients."""

from django.db import models
from django.db.models import UniqueConstraint

from clients_app import limits
from clients_app.models.client import Client
from clients_app.models.texts import Keyed, checks_texts


@checks_texts
class ClientTag(Keyed):
    """A word to find a client by."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="tags")
    name = models.CharField(max_length=limits.TAG_MAX)
    name_key = models.CharField(max_length=3 * limits.TAG_MAX, editable=False, db_index=True)

    class Meta:
        ordering = ("id",)
        constraints = (UniqueConstraint(fields=("client", "name_key"), name="client_tag_unique"),)

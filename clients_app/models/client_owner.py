"""The Owners of clients."""

from django.db import models
from django.db.models import UniqueConstraint

from clients_app.models.client import Client
from clients_app.models.person import Person


class ClientOwner(models.Model):
    """A person who may edit this client and manage its secrets."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE)
    person = models.ForeignKey(Person, on_delete=models.CASCADE)

    class Meta:
        constraints = (UniqueConstraint(fields=("client", "person"), name="client_owner_unique"),)

    def __str__(self) -> str:
        return f"{self.client}: {self.person}"

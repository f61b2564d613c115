"""The roles that clients carry."""

from django.db import models
from django.db.models import UniqueConstraint

from clients_app.models.client import Client
from clients_app.models.role import Role


class ClientRole(models.Model):
    """A role that a client carries."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE)
    role = models.ForeignKey(Role, on_delete=models.CASCADE)

    class Meta:
        constraints = (UniqueConstraint(fields=("client", "role"), name="client_role_unique"),)

    def __str__(self) -> str:
        return f"{self.client}: {self.role}"

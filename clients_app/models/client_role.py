"""The roles that clients carry."""

from django.db import models

from clients_app.models.client import Client
from clients_app.models.pairs import Pair, unique_pair
from clients_app.models.role import Role


@unique_pair("client_role_unique")
class ClientRole(Pair):
    """A role that a client carries."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE)
    role = models.ForeignKey(Role, on_delete=models.CASCADE)

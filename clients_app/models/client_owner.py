"""The Owners of clients."""

from django.db import models

from clients_app.models.client import Client
from clients_app.models.pairs import Pair, unique_pair
from clients_app.models.person import Person


@unique_pair("client_owner_unique")
class ClientOwner(Pair):
    """A person who may edit this client and manage its secrets."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE)
    person = models.ForeignKey(Person, on_delete=models.CASCADE)

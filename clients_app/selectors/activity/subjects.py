"""The row that an event is about, if it is still there."""

from contextlib import suppress
from typing import Final

from django.core.exceptions import ValidationError
from django.db.models import Model

from clients_app.models import Api, Client, ClientKey, ClientSecret, FederatedIdentity, Person, Role

_MODELS: Final[dict[str, type[Model]]] = {  # by the start of an action; longer ones come first
    "client.secret.": ClientSecret,
    "client.key.": ClientKey,
    "client.identity.": FederatedIdentity,
    "client.": Client,
    "person.": Person,
    "role.": Role,
    "api.": Api,
}


def subject_of(action: str, object_id: str) -> Model | None:
    """Return the row with the ``object_id`` of an event; None if it is gone."""
    for start, model in _MODELS.items():
        if action.startswith(start):
            with suppress(ValueError, ValidationError):  # no id of such a row
                return model._base_manager.filter(pk=object_id).first()
    return None

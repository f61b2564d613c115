"""Editing and removing secrets of a client."""

from dataclasses import dataclass
from functools import partial
from typing import Final

from clients_app.models import ClientSecret
from clients_app.services.credentials import changes
from clients_app.services.credentials.changes import CredentialDraft


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretDraft(CredentialDraft):
    """The fields of Add Secret and Edit Secret."""


#: Changes the description and expiration of a live secret; its value stays.
edit_secret: Final = partial(changes.edit, ClientSecret)
#: Removes a secret: no token is issued for it from now on.
remove_secret: Final = partial(changes.remove, ClientSecret)

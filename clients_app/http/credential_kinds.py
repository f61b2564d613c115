"""The kinds of credentials as the doors offer them: their operations, and what people read."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clients_app.models import ClientKey, ClientSecret, FederatedIdentity
from clients_app.permissions import Action
from clients_app.selectors.credentials.identities import get_identity, listed_identities
from clients_app.selectors.credentials.keys import get_key, listed_keys
from clients_app.selectors.secrets.lookup import get_secret, listed_secrets
from clients_app.services.credentials.identities import edit_identity, remove_identity
from clients_app.services.credentials.keys import edit_key, remove_key
from clients_app.services.credentials.kinds import KINDS
from clients_app.services.secrets.changes import edit_secret, remove_secret


@dataclass(frozen=True, slots=True)
class CredentialKind:
    """``word`` names one in the messages ``saved`` and ``removed``, in screens and in addresses."""

    word: str
    table: type[Any]
    listed: Callable[..., list[Any]]
    get: Callable[..., Any]
    edit: Callable[..., Any]
    remove: Callable[..., Any]
    edit_title: Promise
    saved: Promise
    remove_title: Promise
    removed: Promise

    @property
    def may_edit(self) -> Action:
        """Return the permission that an edit needs."""
        return KINDS[self.table].may_edit

    @property
    def may_remove(self) -> Action:
        """Return the permission that a removal needs."""
        return KINDS[self.table].may_remove

    def say(self, message: str | Promise, row: object) -> str:
        """Return the message with the name of the row, or of several."""
        return str(message) % {self.word: str(row)}


SECRET: Final = CredentialKind(
    "secret",
    ClientSecret,
    listed_secrets,
    get_secret,
    edit_secret,
    remove_secret,
    _("Edit Secret"),
    _("Secret %(secret)s saved."),
    _("Remove Secret"),
    _("Secret %(secret)s removed."),
)
KEY: Final = CredentialKind(
    "key",
    ClientKey,
    listed_keys,
    get_key,
    edit_key,
    remove_key,
    _("Edit Public Key"),
    _("Public key %(key)s saved."),
    _("Remove Public Key"),
    _("Public key %(key)s removed."),
)
IDENTITY: Final = CredentialKind(
    "identity",
    FederatedIdentity,
    listed_identities,
    get_identity,
    edit_identity,
    remove_identity,
    _("Edit Federated Identity"),
    _("Federated identity %(identity)s saved."),
    _("Remove Federated Identity"),
    _("Federated identity %(identity)s removed."),
)

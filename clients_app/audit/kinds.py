"""The kinds of events that Activity can be filtered by."""

from enum import StrEnum
from typing import Final

from clients_app.audit.sentences import REFUSALS, SENTENCES


class Kind(StrEnum):
    CHANGES = "changes"  # all that follow, up to the settings
    CLIENTS = "clients"
    SECRETS = "secrets"
    ROLES = "roles"
    APIS = "apis"
    USERS = "users"
    SETTINGS = "settings"
    SIGN_INS = "sign-ins"
    REFUSED_TOKENS = "refused-tokens"  # no events: counts that are not in the chain
    NOTICES = "notices"


_PREFIXES: Final = {  # of actions; the longest that fits decides, all other actions are settings
    "client.": Kind.CLIENTS,
    "client.secret.": Kind.SECRETS,
    "client.key.": Kind.SECRETS,
    "client.identity.": Kind.SECRETS,
    "client.credential.": Kind.SECRETS,
    "role.": Kind.ROLES,
    "api.": Kind.APIS,
    "person.": Kind.USERS,
    "person.signed": Kind.SIGN_INS,
    "session.": Kind.SIGN_INS,
    "sign-in.": Kind.SIGN_INS,
    "sign-on.": Kind.SIGN_INS,
    "link.": Kind.SIGN_INS,
    "notice.": Kind.NOTICES,
    "alert.": Kind.NOTICES,
}
_CHANGES: Final = {*(Kind.CLIENTS, Kind.SECRETS, Kind.ROLES, Kind.APIS, Kind.USERS, Kind.SETTINGS)}


def kind_of(action: str) -> Kind:
    """Return the kind of an action, other than CHANGES."""
    fitting = [prefix for prefix in _PREFIXES if action.startswith(prefix)]
    return _PREFIXES[max(fitting, key=len)] if fitting else Kind.SETTINGS


def actions_of(kind: Kind) -> tuple[str, ...]:
    """Return the actions of a kind; none for REFUSED_TOKENS."""
    wanted = _CHANGES if kind is Kind.CHANGES else {kind}
    known = dict.fromkeys((*SENTENCES, *REFUSALS))
    return tuple(action for action in known if kind_of(action) in wanted)

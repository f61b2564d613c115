"""What kinds of events there are: what Activity is filtered by."""

from enum import StrEnum
from typing import Final

from clients_app.audit.sentences import REFUSALS, SENTENCES


class Kind(StrEnum):
    CHANGES = "changes"  # all that follow, up to the settings
    CLIENTS = "clients"
    SECRETS = "secrets"
    ROLES = "roles"
    USERS = "users"
    SETTINGS = "settings"
    SIGN_INS = "sign-ins"
    REFUSED_TOKENS = "refused-tokens"  # no events: groups that are counted beside the chain
    NOTICES = "notices"


#: how the actions of a kind begin; the longest that fits counts, and else it is a setting
_BEGINNINGS: Final = {
    "client.": Kind.CLIENTS,
    "client.secret.": Kind.SECRETS,
    "role.": Kind.ROLES,
    "person.": Kind.USERS,
    "person.signed": Kind.SIGN_INS,
    "session.": Kind.SIGN_INS,
    "sign-in.": Kind.SIGN_INS,
    "notice.": Kind.NOTICES,
}
_CHANGES: Final = {Kind.CLIENTS, Kind.SECRETS, Kind.ROLES, Kind.USERS, Kind.SETTINGS}


def kind_of(action: str) -> Kind:
    """Return the one kind, CHANGES aside, that an action is of."""
    fitting = [beginning for beginning in _BEGINNINGS if action.startswith(beginning)]
    return _BEGINNINGS[max(fitting, key=len)] if fitting else Kind.SETTINGS


def actions_of(kind: Kind) -> tuple[str, ...]:
    """Return the actions of a kind; none for what is no event."""
    wanted = _CHANGES if kind is Kind.CHANGES else {kind}
    known = dict.fromkeys((*SENTENCES, *REFUSALS))
    return tuple(action for action in known if kind_of(action) in wanted)

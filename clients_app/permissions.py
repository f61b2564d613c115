"""Who may do what: the one table that every door and every service asks.

Rights come from built-in roles held now (product rule, "Words"); Owners of a client have a few
more on that client; the command line and the system may do everything in their tenant.
"""

from enum import StrEnum
from typing import Final
from uuid import UUID

from clients_app.actors import Actor, ActorKind
from clients_app.errors import Forbidden, NotFound, gettext_noop
from clients_app.models import Client
from clients_app.rules.built_in_roles import (
    SECRET_ROTATOR,
    TENANT_ADMINISTRATOR,
    TENANT_AUDITOR,
    TENANT_MEMBER,
)


class Action(StrEnum):
    READ_CLIENTS = "client.read"
    ADD_CLIENT = "client.add"
    EDIT_CLIENT = "client.edit"
    DISABLE_CLIENT = "client.disable"
    REMOVE_CLIENT = "client.remove"
    RESTORE_CLIENT = "client.restore"
    ASSIGN_ROLES = "client.roles.assign"
    END_TOKENS = "client.tokens.end"
    READ_SECRETS = "client.secret.read"  # their metadata; nobody reads a value
    ADD_SECRET = "client.secret.add"  # noqa: S105  a name, not a secret
    EDIT_SECRET = "client.secret.edit"  # noqa: S105  as above
    ROTATE_SECRET = "client.secret.rotate"  # noqa: S105  as above
    REMOVE_SECRET = "client.secret.remove"  # noqa: S105  as above
    READ_ROLES = "role.read"
    ADD_ROLE = "role.add"
    EDIT_ROLE = "role.edit"
    REMOVE_ROLE = "role.remove"
    READ_ACTIVITY = "activity.read"
    MANAGE_PEOPLE = "people.manage"
    MANAGE_NOTICES = "notices.manage"
    SET_POLICIES = "policies.set"
    MANAGE_INSTALLATION = "installation.manage"  # above all tenants: Staff alone


_ADMINISTRATOR: Final = frozenset({TENANT_ADMINISTRATOR})
_AUDITOR: Final = _ADMINISTRATOR | {TENANT_AUDITOR}
_ROTATOR: Final = _ADMINISTRATOR | {SECRET_ROTATOR}
_ANYONE: Final = _AUDITOR | _ROTATOR | {TENANT_MEMBER}

#: action -> any one of these roles is enough
RIGHTS: Final[dict[Action, frozenset[UUID]]] = {
    Action.READ_CLIENTS: _ANYONE,
    Action.ADD_CLIENT: _ADMINISTRATOR,
    Action.EDIT_CLIENT: _ADMINISTRATOR,
    Action.DISABLE_CLIENT: _ADMINISTRATOR,
    Action.REMOVE_CLIENT: _ADMINISTRATOR,
    Action.RESTORE_CLIENT: _ADMINISTRATOR,
    Action.ASSIGN_ROLES: _ADMINISTRATOR,
    Action.END_TOKENS: _ADMINISTRATOR,
    Action.READ_SECRETS: _AUDITOR | _ROTATOR,
    Action.ADD_SECRET: _ROTATOR,
    Action.EDIT_SECRET: _ADMINISTRATOR,
    Action.ROTATE_SECRET: _ROTATOR,
    Action.REMOVE_SECRET: _ROTATOR,
    Action.READ_ROLES: _ANYONE,
    Action.ADD_ROLE: _ADMINISTRATOR,
    Action.EDIT_ROLE: _ADMINISTRATOR,
    Action.REMOVE_ROLE: _ADMINISTRATOR,
    Action.READ_ACTIVITY: _AUDITOR,
    Action.MANAGE_PEOPLE: _ADMINISTRATOR,
    Action.MANAGE_NOTICES: _ADMINISTRATOR,
    Action.SET_POLICIES: _ADMINISTRATOR,
    Action.MANAGE_INSTALLATION: frozenset(),
}

#: what an Owner may do to the client that names him, whatever his roles
OWNERS_MAY: Final = frozenset(
    {
        Action.EDIT_CLIENT,
        Action.READ_SECRETS,
        Action.ADD_SECRET,
        Action.EDIT_SECRET,
        Action.ROTATE_SECRET,
        Action.REMOVE_SECRET,
    }
)

#: what gives power over the client: with its secret one acts as the client
_TAKES_THE_CLIENT_OVER: Final = frozenset(
    {Action.EDIT_CLIENT, Action.ADD_SECRET, Action.EDIT_SECRET, Action.ROTATE_SECRET}
)


def allows(actor: Actor, action: Action, *, client: Client | None = None) -> bool:
    """Return whether ``actor`` may do ``action``, to ``client`` where it is about one.

    A client that carries Tenant Administrator is edited, and given secrets, by Tenant
    Administrators alone. A client of another tenant is never allowed, and no client does more to
    itself than read.
    """
    if client is not None and client.tenant_id != actor.tenant_id:
        return False
    if client is not None and _is_itself(actor, client) and action != Action.READ_CLIENTS:
        return False
    if actor.is_trusted:
        return True
    if action == Action.MANAGE_INSTALLATION:
        return actor.is_staff
    if TENANT_ADMINISTRATOR in actor.rights:
        return True
    if client is not None and action in _TAKES_THE_CLIENT_OVER and _is_administrator(client):
        return False
    if actor.rights & RIGHTS[action]:
        return True
    return client is not None and action in OWNERS_MAY and _owns(actor, client)


def require(actor: Actor, action: Action, *, client: Client | None = None) -> None:
    """Return if ``actor`` may.

    Errors: NotFound for a client of another tenant, as if it never was; else Forbidden.
    """
    if client is not None and client.tenant_id != actor.tenant_id:
        raise NotFound(gettext_noop("There is no such client."))
    if not allows(actor, action, client=client):
        raise Forbidden(
            gettext_noop("Your roles do not allow this. Ask a Tenant Administrator."),
            action=action,
            client=client,
        )


def _is_itself(actor: Actor, client: Client) -> bool:
    return actor.kind is ActorKind.CLIENT and actor.id == str(client.pk)


def _is_administrator(client: Client) -> bool:
    return client.roles.filter(role_type_id=TENANT_ADMINISTRATOR).exists()


def _owns(actor: Actor, client: Client) -> bool:
    return actor.kind is ActorKind.PERSON and client.owners.filter(pk=actor.id).exists()

"""The table of permissions: who may perform each action, and which need a proof of identity."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from clients_app.actions import Action
from clients_app.errors import gettext_noop as _
from clients_app.rules.built_in_roles import (
    SECRET_ROTATOR,
    TENANT_ADMINISTRATOR,
    TENANT_AUDITOR,
    TENANT_MEMBER,
)

_ADMINISTRATOR: Final = frozenset({TENANT_ADMINISTRATOR})
_AUDITOR: Final = _ADMINISTRATOR | {TENANT_AUDITOR}
_ROTATOR: Final = _ADMINISTRATOR | {SECRET_ROTATOR}
_ANYONE: Final = _AUDITOR | _ROTATOR | {TENANT_MEMBER}


@dataclass(frozen=True, slots=True)
class Permission:
    """Who may perform an action, and what others are told."""

    refusal: str  # for an actor who may not
    proof: str = ""  # why a person must confirm their identity; empty: they need not
    roles: frozenset[UUID] = _ADMINISTRATOR  # one of them is enough
    by_owner: bool = False  # Owners of the client may, without any role
    spares_privileged: bool = False  # on a privileged client only Tenant Administrators may


def _of_secrets(refusal: str, proof: str) -> Permission:
    """Return who may change the credentials of a client."""
    return Permission(refusal, proof, roles=_ROTATOR, by_owner=True, spares_privileged=True)


PERMISSIONS: Final[dict[Action, Permission]] = {
    Action.READ_CLIENTS: Permission(
        _("Only people with a built-in role can see clients."), roles=_ANYONE
    ),
    Action.ADD_CLIENT: Permission(
        _("Only Tenant Administrators can add a client."), _("A client gives access to your APIs.")
    ),
    Action.EDIT_CLIENT: Permission(
        _("Only Tenant Administrators and Owners can edit a client."),
        by_owner=True,
        spares_privileged=True,
    ),
    Action.EDIT_URLS: Permission(
        _("Only Tenant Administrators and Owners can change the URLs of a client."),
        _("People who sign in are sent to the URLs of a client."),
        by_owner=True,
        spares_privileged=True,
    ),
    Action.DISABLE_CLIENT: Permission(
        _("Only Tenant Administrators can disable or enable a client."),
        _("Disabling or enabling a client stops or starts applications."),
    ),
    Action.REMOVE_CLIENT: Permission(
        _("Only Tenant Administrators can remove a client."),
        _("Removing a client can stop applications."),
    ),
    Action.RESTORE_CLIENT: Permission(
        _("Only Tenant Administrators can restore a client."),
        _("A restored client can be given access to your APIs again."),
    ),
    Action.ASSIGN_ROLES: Permission(
        _("Only Tenant Administrators can assign roles."),
        _("Roles and owners control access to your APIs and clients."),
    ),
    Action.ASSIGN_APIS: Permission(
        _("Only Tenant Administrators can change which APIs a client may call."),
        _("A client gets tokens for the APIs that it may call."),
    ),
    Action.END_TOKENS: Permission(
        _("Only Tenant Administrators can revoke the tokens of a client."),
        _("Revoking tokens can stop applications."),
    ),
    Action.READ_SECRETS: Permission(
        _("You need a role that can see secrets, or to be an Owner of the client."),
        roles=_AUDITOR | _ROTATOR,
        by_owner=True,
    ),
    Action.ADD_SECRET: _of_secrets(
        _("Only Tenant Administrators, Secret Rotators and Owners can add a secret."),
        _("A secret gives access to your APIs."),
    ),
    Action.EDIT_SECRET: Permission(
        _("Only Tenant Administrators and Owners can edit a secret."),
        by_owner=True,
        spares_privileged=True,
    ),
    Action.EXTEND_SECRET: Permission(
        _("Only Tenant Administrators and Owners can extend the life of a secret."),
        _("A longer life of a secret gives access to your APIs."),
        by_owner=True,
        spares_privileged=True,
    ),
    Action.ROTATE_SECRET: _of_secrets(
        _("Only Tenant Administrators, Secret Rotators and Owners can rotate a secret."),
        _("A secret gives access to your APIs."),
    ),
    Action.REMOVE_SECRET: _of_secrets(
        _("Only Tenant Administrators, Secret Rotators and Owners can remove a secret."),
        _("Removing a secret can stop applications."),
    ),
    Action.ADD_CREDENTIAL: _of_secrets(
        _("Only Tenant Administrators, Secret Rotators and Owners can add a key or an identity."),
        _("A public key or a federated identity gives access to your APIs."),
    ),
    Action.EDIT_CREDENTIAL: Permission(
        _("Only Tenant Administrators and Owners can edit a key or an identity."),
        by_owner=True,
        spares_privileged=True,
    ),
    Action.EXTEND_CREDENTIAL: Permission(
        _("Only Tenant Administrators and Owners can give a key or an identity more access."),
        _("A longer life or a wider rule gives access to your APIs."),
        by_owner=True,
        spares_privileged=True,
    ),
    Action.REMOVE_CREDENTIAL: _of_secrets(
        _(
            "Only Tenant Administrators, Secret Rotators and Owners can remove a key or an "
            "identity."
        ),
        _("Removing a key or an identity can stop applications."),
    ),
    Action.READ_ROLES: Permission(
        _("Only people with a built-in role can see roles."), roles=_ANYONE
    ),
    Action.ADD_ROLE: Permission(
        _("Only Tenant Administrators can add a role."), _("APIs use the role names in tokens.")
    ),
    Action.EDIT_ROLE: Permission(
        _("Only Tenant Administrators can edit a role."), _("APIs use the role names in tokens.")
    ),
    Action.REMOVE_ROLE: Permission(
        _("Only Tenant Administrators can remove a role."),
        _("Removing a role takes it from everyone who has it."),
    ),
    Action.READ_APIS: Permission(
        _("Only people with a built-in role can see APIs."), roles=_ANYONE
    ),
    Action.ADD_API: Permission(
        _("Only Tenant Administrators can add an API."),
        _("An API accepts the tokens that name it."),
    ),
    Action.EDIT_API: Permission(
        _("Only Tenant Administrators can edit an API."),
        _("An API accepts the tokens that name it."),
    ),
    Action.REMOVE_API: Permission(
        _("Only Tenant Administrators can remove an API."),
        _("Removing an API can stop applications."),
    ),
    Action.READ_ACTIVITY: Permission(
        _("Only Tenant Administrators and Tenant Auditors can see Activity."), roles=_AUDITOR
    ),
    Action.EXPORT_ACTIVITY: Permission(
        _("Only Tenant Administrators and Tenant Auditors can export Activity."),
        _("An export takes the activity record out of the portal."),
        roles=_AUDITOR,
    ),
    Action.READ_PEOPLE: Permission(
        _("Only Tenant Administrators and Tenant Auditors can see people."), roles=_AUDITOR
    ),
    Action.MANAGE_PEOPLE: Permission(
        _("Only Tenant Administrators can manage people."),
        _("People can change your clients."),
    ),
    Action.MANAGE_NOTICES: Permission(_("Only Tenant Administrators can change notices.")),
    Action.SET_CHANNEL: Permission(
        _("Only Tenant Administrators can set this channel."),
        _("A channel receives the names of expiring secrets."),
    ),
    Action.RENAME_TENANT: Permission(_("Only Tenant Administrators can rename the organisation.")),
    Action.READ_POLICIES: Permission(_("Only Tenant Administrators can set policies.")),
    Action.SET_POLICIES: Permission(
        _("Only Tenant Administrators can set policies."),
        _("Policies control how long secrets give access to your APIs."),
    ),
    Action.READ_KEYS: Permission(
        _("Only Tenant Administrators and Tenant Auditors can see signing keys."), roles=_AUDITOR
    ),
    Action.SET_OWN_PASSWORD: Permission(
        _("Only people choose a password, and only their own."),
        _("Your password controls who can sign in as you."),
        roles=_ANYONE,
    ),
    Action.SET_OWN_FACTOR: Permission(
        _("Only people set up a second factor, and only their own."),
        _("A second factor controls who can sign in as you."),
        roles=_ANYONE,
    ),
    Action.END_OWN_SESSIONS: Permission(
        _("Only people have sessions, and end only their own."),
        _("A person who ends your sessions signs you out."),
        roles=_ANYONE,
    ),
    Action.SET_OWN_CALENDAR: Permission(
        _("Only people have a calendar address, and only their own."),
        _("Anyone with this link can see which secrets expire."),
        roles=_ANYONE,
    ),
    Action.MANAGE_INSTALLATION: Permission(
        _("Only Staff can manage the installation."),
        _("Signing keys decide which tokens your APIs accept."),
        roles=frozenset(),
    ),
}

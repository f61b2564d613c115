"""Who may do what, and what asks for proof of identity: the one table that every door asks.

Rights come from built-in roles held now (ROL-2); Owners of a client have a few more on that client;
the command line and the system may do everything in their tenant.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from clients_app.actions import Action
from clients_app.actors import Actor, ActorKind
from clients_app.errors import Forbidden, NotFound, ProofRequired
from clients_app.errors import gettext_noop as _
from clients_app.models import Client
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
    """Who may do an action, and what is said to those who may not, or not yet."""

    refusal: str  # said to someone who may not
    roles: frozenset[UUID] = _ADMINISTRATOR  # any one of them is enough
    by_owner: bool = False  # an Owner may, whatever their roles
    takes_over: bool = False  # gives power over the client: with its secret one acts as it
    proof: str = ""  # why it asks a person for proof of identity; empty: it does not ask


PERMISSIONS: Final[dict[Action, Permission]] = {
    Action.READ_CLIENTS: Permission(
        _("Only people with a built-in role can see clients."), roles=_ANYONE
    ),
    Action.ADD_CLIENT: Permission(
        _("Only Tenant Administrators can add a client."),
        proof=_("A client gives access to your APIs."),
    ),
    Action.EDIT_CLIENT: Permission(
        _(
            "Only Tenant Administrators and Owners of the client can edit it; a client that is a "
            "Tenant Administrator, only Tenant Administrators."
        ),
        by_owner=True,
        takes_over=True,
    ),
    Action.EDIT_URLS: Permission(
        _("Only Tenant Administrators and Owners of the client can change its URLs."),
        by_owner=True,
        takes_over=True,
        proof=_("People who sign in are sent to the URLs of a client."),
    ),
    Action.DISABLE_CLIENT: Permission(
        _("Only Tenant Administrators can disable or enable a client."),
        proof=_("Disabling or enabling a client stops or starts applications."),
    ),
    Action.REMOVE_CLIENT: Permission(
        _("Only Tenant Administrators can remove a client."),
        proof=_("Removing a client can stop applications."),
    ),
    Action.RESTORE_CLIENT: Permission(
        _("Only Tenant Administrators can restore a client."),
        proof=_("A restored client can be given access to your APIs again."),
    ),
    Action.ASSIGN_ROLES: Permission(
        _("Only Tenant Administrators can assign roles."),
        proof=_("Roles and owners control access to your APIs and clients."),
    ),
    Action.END_TOKENS: Permission(
        _("Only Tenant Administrators can revoke the tokens of a client."),
        proof=_("Revoking tokens can stop applications."),
    ),
    Action.READ_SECRETS: Permission(
        _(
            "Only Tenant Administrators, Tenant Auditors, Secret Rotators and Owners of the client "
            "can see its secrets."
        ),
        roles=_AUDITOR | _ROTATOR,
        by_owner=True,
    ),
    Action.ADD_SECRET: Permission(
        _(
            "Only Tenant Administrators, Secret Rotators and Owners of the client can add a secret;"
            " to a client that is a Tenant Administrator, only Tenant Administrators."
        ),
        roles=_ROTATOR,
        by_owner=True,
        takes_over=True,
        proof=_("A secret gives access to your APIs."),
    ),
    Action.EDIT_SECRET: Permission(
        _(
            "Only Tenant Administrators and Owners of the client can edit a secret; of a client "
            "that is a Tenant Administrator, only Tenant Administrators."
        ),
        by_owner=True,
        takes_over=True,
    ),
    Action.EXTEND_SECRET: Permission(
        _("Only Tenant Administrators and Owners of the client can let a secret live longer."),
        by_owner=True,
        takes_over=True,
        proof=_("A longer life of a secret gives access to your APIs."),
    ),
    Action.ROTATE_SECRET: Permission(
        _(
            "Only Tenant Administrators, Secret Rotators and Owners of the client can rotate a "
            "secret; of a client that is a Tenant Administrator, only Tenant Administrators."
        ),
        roles=_ROTATOR,
        by_owner=True,
        takes_over=True,
        proof=_("A secret gives access to your APIs."),
    ),
    Action.REMOVE_SECRET: Permission(
        _(
            "Only Tenant Administrators, Secret Rotators and Owners of the client can remove a "
            "secret."
        ),
        roles=_ROTATOR,
        by_owner=True,
        proof=_("Removing a secret can stop applications."),
    ),
    Action.READ_ROLES: Permission(
        _("Only people with a built-in role can see roles."), roles=_ANYONE
    ),
    Action.ADD_ROLE: Permission(
        _("Only Tenant Administrators can add a role."),
        proof=_("APIs use the role names in tokens."),
    ),
    Action.EDIT_ROLE: Permission(
        _("Only Tenant Administrators can edit a role."),
        proof=_("APIs use the role names in tokens."),
    ),
    Action.REMOVE_ROLE: Permission(
        _("Only Tenant Administrators can remove a role."),
        proof=_("Removing a role takes it from everyone who has it."),
    ),
    Action.READ_ACTIVITY: Permission(
        _("Only Tenant Administrators and Tenant Auditors can see Activity."), roles=_AUDITOR
    ),
    Action.EXPORT_ACTIVITY: Permission(
        _("Only Tenant Administrators and Tenant Auditors can export Activity."),
        roles=_AUDITOR,
        proof=_("An export takes the activity record out of the portal."),
    ),
    Action.MANAGE_PEOPLE: Permission(
        _("Only Tenant Administrators can manage people."),
        proof=_("People have power over your clients."),
    ),
    Action.MANAGE_NOTICES: Permission(_("Only Tenant Administrators can set how notices go out.")),
    Action.SET_CHANNEL: Permission(
        _("Only Tenant Administrators can set the webhook."),
        proof=_("A webhook receives which secrets expire."),
    ),
    Action.READ_POLICIES: Permission(_("Only Tenant Administrators can set policies.")),
    Action.SET_POLICIES: Permission(
        _("Only Tenant Administrators can set policies."),
        proof=_("Policies decide how long secrets give access to your APIs."),
    ),
    Action.SET_OWN_PASSWORD: Permission(
        _("Only people choose a password, and only their own."),
        roles=_ANYONE,
        proof=_("Your password controls who can sign in as you."),
    ),
    Action.SET_OWN_FACTOR: Permission(
        _("Only people set up a second factor, and only their own."),
        roles=_ANYONE,
        proof=_("A second factor controls who can sign in as you."),
    ),
    Action.SET_OWN_CALENDAR: Permission(
        _("Only people have a calendar address, and only their own."),
        roles=_ANYONE,
        proof=_("Anyone with this link can see which secrets expire."),
    ),
    Action.MANAGE_INSTALLATION: Permission(
        _("Only Staff can manage the installation."),
        roles=frozenset(),
        proof=_("Signing keys decide which tokens your APIs accept."),
    ),
}


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
    if action.startswith("own.") and actor.kind is not ActorKind.PERSON:
        return False
    if TENANT_ADMINISTRATOR in actor.rights:
        return True
    permission = PERMISSIONS[action]
    if client is not None and permission.takes_over and _is_administrator(client):
        return False
    if actor.rights & permission.roles:
        return True
    return client is not None and permission.by_owner and _owns(actor, client)


def require(actor: Actor, action: Action, *, client: Client | None = None) -> None:
    """Return if ``actor`` may, and has proved who they are where the action asks for it.

    Errors: NotFound for a client of another tenant, as if it never was; Forbidden; ProofRequired
    for a person whose last proof of identity is too old.
    """
    if client is not None and client.tenant_id != actor.tenant_id:
        raise NotFound(_("There is no such client."))
    permission = PERMISSIONS[action]
    if not allows(actor, action, client=client):
        raise Forbidden(permission.refusal, action=action, client=client)
    if permission.proof and actor.kind is ActorKind.PERSON and not actor.has_fresh_proof():
        raise ProofRequired(permission.proof)


def _is_itself(actor: Actor, client: Client) -> bool:
    return actor.kind is ActorKind.CLIENT and actor.id == str(client.pk)


def _is_administrator(client: Client) -> bool:
    return client.roles.filter(role_type_id=TENANT_ADMINISTRATOR).exists()


def _owns(actor: Actor, client: Client) -> bool:
    return actor.kind is ActorKind.PERSON and client.owners.filter(pk=actor.id).exists()

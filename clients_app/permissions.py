"""Whether an actor may perform an action, and must confirm their identity first.

Rights come from the current built-in roles (ROL-2) and from being an Owner of the client. The
command line and the system may do everything in their tenant. The table is in ``rules``.
"""

from typing import Final

from clients_app.actions import Action
from clients_app.actors import Actor, ActorKind
from clients_app.errors import Forbidden, NotFound, ProofRequired
from clients_app.errors import gettext_noop as _
from clients_app.models import Client
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from clients_app.rules.permissions import PERMISSIONS
from clients_app.rules.privileges import privileges

__all__ = ("Action", "allows", "is_itself", "require")

#: what a client may do to its own secrets and public keys where its switch is on (SEC-19)
_OWN_CREDENTIALS: Final = frozenset(
    {
        *(Action.READ_SECRETS, Action.ADD_SECRET, Action.ROTATE_SECRET, Action.REMOVE_SECRET),
        *(Action.ADD_CREDENTIAL, Action.REMOVE_CREDENTIAL),
    }
)


def allows(actor: Actor, action: Action, *, client: Client | None = None) -> bool:
    """Return whether ``actor`` may perform ``action``, on ``client`` if it is about one.

    Nobody may act on a client of another tenant. Only Tenant Administrators may edit a
    privileged client or change its secrets (CLI-15). A client may only read itself, and
    rotate its own secrets and public keys where its switch is on.
    """
    if client is not None and client.tenant_id != actor.tenant_id:
        return False
    itself = is_itself(actor, client)
    rotates_itself = itself and action in _OWN_CREDENTIALS and _may_rotate_itself(client)
    if itself and action != Action.READ_CLIENTS and not rotates_itself:
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
    if client is not None and permission.spares_privileged and _is_privileged(client):
        return False
    if rotates_itself or actor.rights & permission.roles:
        return True
    return client is not None and permission.by_owner and _owns(actor, client)


def require(actor: Actor, action: Action, *, client: Client | None = None) -> None:
    """Check that ``actor`` may perform ``action``, with a fresh proof of identity if it needs one.

    Errors: Forbidden; NotFound for a client of another tenant; ProofRequired for a person whose
    last proof of identity is too old.
    """
    if client is not None and client.tenant_id != actor.tenant_id:
        raise NotFound(_("There is no such client."))
    permission = PERMISSIONS[action]
    if not allows(actor, action, client=client):
        refusal = permission.refusal
        if is_itself(actor, client) and TENANT_ADMINISTRATOR in actor.rights:
            refusal = _("A client cannot change itself. Use another one, or the portal.")
        elif client is not None and permission.spares_privileged and _is_privileged(client):
            refusal = _(
                "Only Tenant Administrators can change a client that has Tenant Administrator, "
                "Tenant Auditor or Secret Rotator, or may introspect tokens."
            )
        raise Forbidden(refusal, action=action, client=client)
    if permission.proof and actor.kind is ActorKind.PERSON and not actor.has_fresh_proof():
        raise ProofRequired(permission.proof)


def is_itself(actor: Actor, client: Client | None) -> bool:
    """Return whether ``actor`` is the client, acting by its own token."""
    return client is not None and actor.kind is ActorKind.CLIENT and actor.id == str(client.pk)


def _is_privileged(client: Client) -> bool:
    role_type_ids = (role.role_type_id for role in client.roles.all())  # prefetched for a list
    return bool(privileges(role_type_ids, may_introspect=client.may_introspect))


def _may_rotate_itself(client: Client | None) -> bool:
    return client is not None and client.may_rotate_own_secrets


def _owns(actor: Actor, client: Client) -> bool:
    owners = client.owners.all()  # at most 20
    return actor.kind is ActorKind.PERSON and any(str(one.pk) == actor.id for one in owners)

"""Undo: enables the clients that one operation has just disabled (WEB-19)."""

from datetime import datetime, timedelta
from typing import Final

from clients_app.actors import Actor
from clients_app.errors import NotFound
from clients_app.errors import gettext_noop as _
from clients_app.models import AuditEvent
from clients_app.permissions import Action, require
from clients_app.services.clients.bulk import Done, enable_all

UNDOABLE: Final = timedelta(hours=1)
_DISABLED: Final = "client.disabled"


def undo_disable(operation_id: str, *, actor: Actor, now: datetime) -> Done:
    """Enable the clients that ``actor`` disabled in an operation within the last hour.

    Those that were enabled, or disabled again, since then stay as they are.
    Errors: NotFound if the actor has no such operation; Forbidden.
    """
    require(actor, Action.DISABLE_CLIENT)
    actions = (_DISABLED, "client.enabled")
    events = AuditEvent.objects.for_tenant(actor.tenant_id).filter(
        at__gt=now - UNDOABLE, action__in=actions, outcome=AuditEvent.DONE
    )
    own = events.filter(action=_DISABLED, operation_id=operation_id, actor_id=actor.id)
    names = own.values_list("client_id", flat=True) if operation_id else ()
    disabled = {client_id for client_id in names if client_id}
    if not disabled:
        raise NotFound(_("This can no longer be undone. Enable the clients in their Details."))
    last = dict(events.order_by("sequence").values_list("client_id", "operation_id"))
    unchanged = {client_id for client_id in disabled if last[client_id] == operation_id}
    moved = len(disabled - unchanged)
    if not unchanged:
        return Done(changed=0, unchanged=moved, gone=0)
    done = enable_all(unchanged, enabled=True, actor=actor, now=now)
    return done._replace(unchanged=done.unchanged + moved)

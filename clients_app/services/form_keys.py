"""One-time form keys: a form sent twice acts once (CLI-8)."""

from datetime import datetime

from clients_app.actors import Actor
from clients_app.errors import AlreadyAdded
from clients_app.models import Client, UsedFormKey


def refuse_used(form_key: str, *, actor: Actor) -> None:
    """Return if this key was not used yet; call it after locking what the operation changes.

    Errors: AlreadyAdded with the client that the first try made or changed.
    """
    if not form_key:
        return
    used = UsedFormKey.objects.filter(
        tenant_id=actor.tenant_id, actor_id=actor.id, key=form_key
    ).first()
    if used is not None:
        raise AlreadyAdded(used.client_id)


def use(form_key: str, *, client: Client, actor: Actor, now: datetime) -> None:
    """Note, in the transaction of the operation, that this key was used for ``client``."""
    if form_key:
        UsedFormKey.objects.create(
            tenant_id=actor.tenant_id, actor_id=actor.id, key=form_key, client=client, used_at=now
        )

"""One-time form keys: a form that is sent twice acts once (CLI-8)."""

from datetime import datetime

from clients_app.actors import Actor
from clients_app.errors import AlreadyAdded
from clients_app.models import Client, UsedFormKey


def refuse_used(form_key: str, *, actor: Actor) -> None:
    """Raise AlreadyAdded, with the client's id, if the key was used before; lock rows first."""
    own = UsedFormKey.objects.filter(tenant_id=actor.tenant_id, actor_id=actor.id)
    if form_key and (used := own.filter(key=form_key).first()):
        raise AlreadyAdded(used.client_id)


def use(form_key: str, *, client: Client, actor: Actor, now: datetime) -> None:
    """Mark the key as used for ``client``, in the transaction of the operation."""
    if form_key:
        UsedFormKey.objects.create(
            tenant_id=actor.tenant_id, actor_id=actor.id, key=form_key, client=client, used_at=now
        )

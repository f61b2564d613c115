"""One-time form keys: a form that is sent twice acts once (CLI-8, WEB-16)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from clients_app.actors import Actor
from clients_app.errors import AlreadyAdded, Conflict, SentBefore, gettext_noop
from clients_app.models import Client, UsedFormKey

REQUESTS_KEPT: Final = timedelta(hours=24)  # with an Idempotency-Key (API-5)


def refuse_used(form_key: str, *, actor: Actor) -> None:
    """Raise AlreadyAdded with the client's id, or SentBefore, if the key was used before.

    Lock rows first.
    """
    if form_key and (used := _own(form_key, actor).select_related("client").first()):
        if used.client is None:
            raise SentBefore
        has_secret = used.client.secrets.present().exists()
        raise AlreadyAdded(used.client.pk, has_secret=has_secret)


def use(form_key: str, *, client: Client | None = None, actor: Actor, now: datetime) -> None:
    """Mark the key as used, in the transaction of the operation.

    ``client`` was added, or got a secret, which only the first answer shows.
    Errors: Conflict if another request used the first half of the key meanwhile.
    """
    if form_key:
        with _conflicts():
            UsedFormKey.objects.create(
                tenant_id=actor.tenant_id,
                actor_id=actor.id,
                key=form_key,
                client=client,
                used_at=now,
            )


@contextmanager
def once(form_key: str, *, actor: Actor, now: datetime) -> Iterator[None]:
    """A transaction that uses the key, if there is one; if it is rolled back, the key is unused.

    A second request with the key waits until the first has ended.
    Errors: SentBefore if the key was used before; Conflict as ``use``.
    """
    with transaction.atomic():
        if form_key:
            with _conflicts():
                _, is_new = _own(form_key, actor).get_or_create(
                    tenant_id=actor.tenant_id,
                    actor_id=actor.id,
                    key=form_key,
                    defaults={"used_at": now},
                )
            if not is_new:
                refuse_used(form_key, actor=actor)
        yield


def release(form_key: str, *, actor: Actor) -> None:
    """Let the key be used again, within ``once``: the form was refused."""
    _own(form_key, actor).delete()


def used_key(begin: str, *, actor: Actor, now: datetime) -> str:
    """Return the key of a request that begins with these digits, "" if none was used in 24 hours.

    Older ones are forgotten.
    """
    own = UsedFormKey.objects.filter(tenant_id=actor.tenant_id, actor_id=actor.id)
    own = own.filter(key__gte=begin, key__lt=f"{begin}g")  # a range of the index; digits end at f
    own.filter(used_at__lte=now - REQUESTS_KEPT).delete()
    return own.values_list("key", flat=True).first() or ""


def was_used(form_key: str) -> bool:
    """Return whether anyone used the key, for a browser whose session has ended since."""
    return bool(form_key) and UsedFormKey.objects.filter(key=form_key).exists()


@contextmanager
def _conflicts() -> Iterator[None]:
    """A part of a transaction whose duplicate key is a Conflict."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        sentence = gettext_noop("Another request with this key was sent at the same time.")
        raise Conflict(sentence) from None


def _own(form_key: str, actor: Actor) -> QuerySet[UsedFormKey]:
    own = UsedFormKey.objects.filter(tenant_id=actor.tenant_id, actor_id=actor.id)
    return own.filter(key=form_key)

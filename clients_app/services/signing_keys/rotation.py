"""The life of the signing keys: made, rotated by schedule or on demand, withdrawn, encrypted anew.

Keys belong to the installation and every tenant relies on them: each deed is an event in the chain
of every tenant. Writers take turns by locking all keys.

Source: KEY-4 to KEY-6.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from clients_app import audit, conf, derived_keys
from clients_app.actors import Actor
from clients_app.errors import NotFound, gettext_noop
from clients_app.models import SigningKey, Tenant
from clients_app.permissions import Action, require
from clients_app.rules import key_schedule
from clients_app.rules.key_schedule import Step
from clients_app.services.signing_keys import private_keys, public_keys

State = SigningKey.State
_SYSTEM = Actor.installation()


def ensure_active_key(*, now: datetime) -> SigningKey:
    """Return the key that signs, made now if there is none; several processes agree on one.

    Errors: SigningKeyLost if SECRET_KEY has changed and the former one is no fallback.
    """
    row = SigningKey.objects.filter(state=State.ACTIVE).first()
    if row is None:
        try:
            with transaction.atomic():
                row = _made_active(actor=_SYSTEM, now=now)
        except IntegrityError:  # one_active_signing_key: another process was faster
            row = SigningKey.objects.get(state=State.ACTIVE)
    for kid in _present().exclude(state=State.RETIRED).values_list("kid", flat=True):
        private_keys.loaded_key(kid)
    return row


def follow_schedule(*, now: datetime) -> None:
    """Do what is due: publish the next key, let it sign, remove those that nothing needs.

    Every process may call this at any time; who comes second finds nothing left to do.
    Errors: SigningKeyLost where the next key cannot be decrypted; the active one goes on.
    """
    if not _due(_present(), now):
        return
    with transaction.atomic():
        _lock()
        for step, kid in _due(_present(), now):
            row = SigningKey.objects.get(kid=kid)
            match step:
                case Step.PUBLISH:
                    _publish_next(row, actor=_SYSTEM, now=now)
                case Step.ACTIVATE:
                    _activate(row, actor=_SYSTEM, now=now)
                case Step.REMOVE:
                    _remove(row, "key.removed", actor=_SYSTEM, now=now)


def rotate_keys(*, actor: Actor, now: datetime) -> SigningKey:
    """Let another key sign as soon as every verifier can know it; return that key.

    It is the next key, else a new one; one that is not of the algorithm and length that are set
    gives way to a new one. It signs from its ``signs_from``, which may be ``now``.
    Errors: Forbidden; SigningKeyLost where the next key cannot be decrypted.
    """
    require(actor, Action.MANAGE_INSTALLATION)
    with transaction.atomic():
        _lock()
        row = SigningKey.objects.filter(state=State.NEXT).first()
        if row is not None and not private_keys.is_as_set(row):
            _remove(row, "key.removed", actor=actor, now=now)
            row = None
        if row is None:
            return _made_next(signs_from=_earliest(now, now), actor=actor, now=now)
        earliest = _earliest(row.created_at, now)
        if earliest <= now:
            _activate(row, actor=actor, now=now)
        elif row.signs_from is None or earliest < row.signs_from:
            before, row.signs_from = row.signs_from, earliest
            row.save()
            times = {"before": {"signs_from": before}, "after": {"signs_from": earliest}}
            _record("key.scheduled", row, actor=actor, now=now, **times)
        return row


def revoke_keys(kids: Iterable[str], *, actor: Actor, now: datetime) -> SigningKey:
    """Withdraw these keys at once, whatever their tokens; return the key that signs from now on.

    That is the next key, which verifiers know already, where there is one that can sign, else a
    new one. It works without the SECRET_KEY that the keys were encrypted with.
    Errors: Forbidden; NotFound, and nothing is withdrawn, where there is no such key.
    """
    require(actor, Action.MANAGE_INSTALLATION)
    with transaction.atomic():
        _lock()
        for kid in dict.fromkeys(kids):
            row = _present().filter(kid=kid).first()
            if row is None:
                raise NotFound(gettext_noop("There is no signing key %(kid)s."), kid=kid)
            _remove(row, "key.revoked", actor=actor, now=now)
        active = SigningKey.objects.filter(state=State.ACTIVE).first()
        if active is not None:
            return active
        row = SigningKey.objects.filter(state=State.NEXT).first()
        if row is None:
            return _made_active(actor=actor, now=now)
        try:
            return _activate(row, actor=actor, now=now)
        except private_keys.SigningKeyLost:
            _remove(row, "key.revoked", actor=actor, now=now)
            return _made_active(actor=actor, now=now)


def encrypt_keys_anew(*, actor: Actor, now: datetime) -> list[SigningKey]:
    """Encrypt all private parts under today's SECRET_KEY; return the keys that were not.

    Errors: Forbidden; SigningKeyLost, and nothing is changed.
    """
    require(actor, Action.MANAGE_INSTALLATION)
    with transaction.atomic():
        _lock()
        current = derived_keys.current_key(derived_keys.SIGNING_KEYS).id
        rows = [
            row
            for row in _present().order_by("created_at")
            if derived_keys.sealed_under(bytes(row.private_part)) != current
        ]
        for row in rows:
            private_keys.encrypt_anew(row)
            row.save()
            _record("key.encrypted", row, actor=actor, now=now)
        return rows


def _made_active(*, actor: Actor, now: datetime) -> SigningKey:
    row = private_keys.new_key(now=now, state=State.ACTIVE, signs_from=now, activated_at=now)
    row.save(force_insert=True)
    _record("key.added", row, actor=actor, now=now, after={"algorithm": row.algorithm})
    return row


def _publish_next(active: SigningKey, *, actor: Actor, now: datetime) -> SigningKey:
    """Make the key that follows the active one when the schedule says."""
    signs_from = key_schedule.scheduled_signing(
        active.activated_at or now, rotation=conf.key_rotation(), earliest=_earliest(now, now)
    )
    return _made_next(signs_from=signs_from, actor=actor, now=now)


def _made_next(*, signs_from: datetime, actor: Actor, now: datetime) -> SigningKey:
    row = private_keys.new_key(now=now, state=State.NEXT, signs_from=signs_from)
    row.save(force_insert=True)
    after = {"algorithm": row.algorithm, "signs_from": signs_from}
    _record("key.published", row, actor=actor, now=now, after=after)
    return row


def _activate(row: SigningKey, *, actor: Actor, now: datetime) -> SigningKey:
    """Let the next key sign and retire the active one."""
    private_keys.loaded_key(row.kid)  # what cannot sign does not become the active key
    active = SigningKey.objects.filter(state=State.ACTIVE).first()
    if active is not None:
        active.state, active.retired_at = State.RETIRED, now
        active.save()
        _record("key.retired", active, actor=actor, now=now)
    row.state, row.activated_at = State.ACTIVE, now
    row.save()
    _record("key.activated", row, actor=actor, now=now)
    return row


def _remove(row: SigningKey, action: str, *, actor: Actor, now: datetime) -> None:
    """Take the key from all that verifies, and forget its private part."""
    before = {"state": row.state}
    row.state, row.removed_at, row.private_part = State.REMOVED, now, b""
    row.save()
    transaction.on_commit(partial(private_keys.forget, row.kid))
    _record(action, row, actor=actor, now=now, before=before)


def _record(action: str, row: SigningKey, *, actor: Actor, now: datetime, **fields: Any) -> None:
    """Add the event to the chain of each tenant, and let this process see the change at once."""
    for tenant_id in Tenant.objects.order_by("pk").values_list("pk", flat=True):
        audit.record(action, row, actor=replace(actor, tenant_id=tenant_id), now=now, **fields)
    transaction.on_commit(public_keys.forget)


def _earliest(published_at: datetime, now: datetime) -> datetime:
    return key_schedule.earliest_signing(published_at, max_age_s=settings.JWKS_MAX_AGE, now=now)


def _due(rows: QuerySet[SigningKey], now: datetime) -> list[key_schedule.Due]:
    times = rows.values_list("kid", "state", "activated_at", "signs_from", "retired_at")
    keys = [key_schedule.KeyTimes(*row) for row in times]
    return key_schedule.steps_due(keys, rotation=conf.key_rotation(), now=now)


def _present() -> QuerySet[SigningKey]:
    return SigningKey.objects.exclude(state=State.REMOVED)


def _lock() -> None:
    """Hold all keys until the transaction ends; what is read from here on is as it is now."""
    list(SigningKey.objects.select_for_update().order_by("pk").values_list("pk", flat=True))

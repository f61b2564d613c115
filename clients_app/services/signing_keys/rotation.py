"""The life of the signing keys: created, rotated by schedule or on demand, revoked, re-encrypted.

Keys belong to the installation and every tenant relies on them, so each operation is an event in
the chain of every tenant. Writers take turns by locking all keys.

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
    """Return the key that signs, created if there is none; concurrent processes agree on one.

    Errors: SigningKeyLost if SECRET_KEY has changed and the former one is no fallback.
    """
    row = _key_that_is(State.ACTIVE)
    if row is None:
        try:
            with transaction.atomic():
                row = _add_active(actor=_SYSTEM, now=now)
        except IntegrityError:  # one_active_signing_key: another process was faster
            row = SigningKey.objects.get(state=State.ACTIVE)
    signing = _present().exclude(state=State.RETIRED).order_by("created_at")
    for kid in signing.values_list("kid", flat=True):
        private_keys.loaded_key(kid)
    return row


def follow_schedule(*, now: datetime) -> None:
    """Do what is due: publish the next key, let it sign, remove those that nothing needs.

    Every process may call this at any time.
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
                    signs_from = key_schedule.scheduled_signing(
                        row.activated_at or now,
                        rotation=conf.key_rotation(),
                        earliest=_earliest(now, now),
                    )
                    _add_next(signs_from=signs_from, actor=_SYSTEM, now=now)
                case Step.ACTIVATE:
                    _activate(row, actor=_SYSTEM, now=now)
                case Step.REMOVE:
                    _remove(row, "key.removed", actor=_SYSTEM, now=now)


def rotate_keys(*, actor: Actor, now: datetime) -> SigningKey:
    """Let another key sign as soon as every verifier can know it; return that key.

    It is the next key if there is one of the configured algorithm and length, otherwise a new one.
    It signs from its ``signs_from``, which may be ``now``.
    Errors: Forbidden; SigningKeyLost where the next key cannot be decrypted.
    """
    require(actor, Action.MANAGE_INSTALLATION)
    with transaction.atomic():
        _lock()
        row = _key_that_is(State.NEXT)
        if row is None or not private_keys.matches_settings(row):
            if row is not None:
                _remove(row, "key.removed", actor=actor, now=now)
            return _add_next(signs_from=_earliest(now, now), actor=actor, now=now)
        earliest = _earliest(row.created_at, now)
        if earliest <= now:
            _activate(row, actor=actor, now=now)
        elif row.signs_from is None or earliest < row.signs_from:
            before, row.signs_from = row.signs_from, earliest
            times = {"before": {"signs_from": before}, "after": {"signs_from": earliest}}
            _save(row, "key.scheduled", actor=actor, now=now, **times)
        return row


def revoke_keys(kids: Iterable[str], *, actor: Actor, now: datetime) -> SigningKey:
    """Revoke these keys and all their tokens immediately; return the key that signs from now on.

    That is the next key, which verifiers know already, if it can sign, otherwise a new one. It
    works without the SECRET_KEY that the keys were encrypted with.
    Errors: Forbidden; NotFound, and nothing is revoked, where there is no such key.
    """
    require(actor, Action.MANAGE_INSTALLATION)
    with transaction.atomic():
        _lock()
        for kid in dict.fromkeys(kids):
            row = _present().filter(kid=kid).first()
            if row is None:
                raise NotFound(gettext_noop("There is no signing key %(kid)s."), kid=kid)
            _remove(row, "key.revoked", actor=actor, now=now)
        if active := _key_that_is(State.ACTIVE):
            return active
        if following := _key_that_is(State.NEXT):
            try:
                return _activate(following, actor=actor, now=now)
            except private_keys.SigningKeyLost:
                _remove(following, "key.revoked", actor=actor, now=now)
        return _add_active(actor=actor, now=now)


def reencrypt_keys(*, actor: Actor, now: datetime) -> list[SigningKey]:
    """Encrypt all private parts under the current SECRET_KEY; return the keys that were not.

    Errors: Forbidden; SigningKeyLost, and nothing is changed.
    """
    require(actor, Action.MANAGE_INSTALLATION)
    with transaction.atomic():
        _lock()
        current = derived_keys.current_key(derived_keys.SIGNING_KEYS).id
        rows = [
            row
            for row in _present().order_by("created_at")
            if derived_keys.encrypted_under(bytes(row.private_part)) != current
        ]
        for row in rows:
            private_keys.reencrypt(row)
            _save(row, "key.encrypted", actor=actor, now=now)
        return rows


def _add_active(*, actor: Actor, now: datetime) -> SigningKey:
    row = private_keys.new_key(now=now, state=State.ACTIVE, signs_from=now, activated_at=now)
    return _save(row, "key.added", actor=actor, now=now, after={"algorithm": row.algorithm})


def _add_next(*, signs_from: datetime, actor: Actor, now: datetime) -> SigningKey:
    row = private_keys.new_key(now=now, state=State.NEXT, signs_from=signs_from)
    after = {"algorithm": row.algorithm, "signs_from": signs_from}
    return _save(row, "key.published", actor=actor, now=now, after=after)


def _activate(row: SigningKey, *, actor: Actor, now: datetime) -> SigningKey:
    """Let the next key sign and retire the active one."""
    private_keys.loaded_key(row.kid)  # a key that cannot sign does not become the active one
    if active := _key_that_is(State.ACTIVE):
        active.state, active.retired_at = State.RETIRED, now
        _save(active, "key.retired", actor=actor, now=now)
    row.state, row.activated_at = State.ACTIVE, now
    return _save(row, "key.activated", actor=actor, now=now)


def _remove(row: SigningKey, action: str, *, actor: Actor, now: datetime) -> None:
    """Make the key verify nothing, and delete its private part."""
    before = {"state": row.state}
    row.state, row.removed_at, row.private_part = State.REMOVED, now, b""
    transaction.on_commit(partial(private_keys.forget, row.kid))
    _save(row, action, actor=actor, now=now, before=before)


def _save(row: SigningKey, action: str, *, actor: Actor, now: datetime, **event: Any) -> SigningKey:
    """Save the key, add the event to the chain of each tenant, and clear this process's cache."""
    row.save()
    for tenant_id in Tenant.objects.order_by("pk").values_list("pk", flat=True):
        audit.record(action, row, actor=replace(actor, tenant_id=tenant_id), now=now, **event)
    transaction.on_commit(public_keys.forget)
    return row


def _earliest(published_at: datetime, now: datetime) -> datetime:
    return key_schedule.earliest_signing(published_at, max_age_s=settings.JWKS_MAX_AGE, now=now)


def _due(rows: QuerySet[SigningKey], now: datetime) -> list[key_schedule.Due]:
    times = rows.values_list("kid", "state", "activated_at", "signs_from", "retired_at")
    keys = [key_schedule.KeyTimes(*row) for row in times]
    return key_schedule.steps_due(keys, rotation=conf.key_rotation(), now=now)


def _present() -> QuerySet[SigningKey]:
    return SigningKey.objects.exclude(state=State.REMOVED)


def _key_that_is(state: State) -> SigningKey | None:
    return SigningKey.objects.filter(state=state).first()


def _lock() -> None:
    """Hold all keys until the transaction ends, so that nothing read from here on is stale."""
    list(SigningKey.objects.select_for_update().order_by("pk").values_list("pk", flat=True))

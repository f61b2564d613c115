"""Who may operate on signing keys, which events are recorded, and changes of SECRET_KEY."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError
from django.test import override_settings

from clients_app import audit
from clients_app.actors import Actor, ActorKind
from clients_app.errors import Forbidden
from clients_app.models import AuditEvent, SigningKey, Tenant
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from clients_app.services.signing_keys import private_keys, rotation
from clients_app.services.signing_keys.private_keys import SigningKeyLost
from clients_app.services.signing_keys.rotation import (
    ensure_active_key,
    follow_schedule,
    reencrypt_keys,
    revoke_keys,
    rotate_keys,
)
from tests.factories import make_tenant
from tests.moments import NOW
from tests.services.signing_keys.key_states import DAY, events, states


def test_key_events_are_recorded_for_every_tenant(
    active_key: SigningKey, operator: Actor, tenant: Tenant
):
    """Keys belong to the installation, so each tenant's auditor must see their changes."""
    other = make_tenant("Cranes GmbH")

    revoke_keys([active_key.kid], actor=operator, now=NOW)

    assert events(tenant) == ["key.added", "key.revoked", "key.added"]
    assert events(other) == ["key.revoked", "key.added"]
    for event in AuditEvent.objects.filter(action="key.revoked"):
        assert (event.actor_kind, event.object_name) == ("command line", active_key.kid)
        assert audit.sentence(event) == f"Revoked signing key {active_key.kid} and its tokens"


def test_key_change_without_its_event_is_rolled_back(
    active_key: SigningKey, operator: Actor, monkeypatch: pytest.MonkeyPatch
):
    """AUD-1."""

    def refuse(*_: Any, **__: Any) -> None:
        raise DatabaseError("the table is full")

    monkeypatch.setattr(rotation.audit, "record", refuse)

    for operation in (
        lambda: rotate_keys(actor=operator, now=NOW),
        lambda: revoke_keys([active_key.kid], actor=operator, now=NOW),
        lambda: follow_schedule(now=NOW + 90 * DAY),
    ):
        with pytest.raises(DatabaseError):
            operation()
    assert states() == ["active"]


def test_only_staff_may_operate_on_keys(active_key: SigningKey, tenant: Tenant):
    person = {
        "kind": ActorKind.PERSON,
        "has_fresh_proof": lambda: True,
        "tenant_id": tenant.pk,
        "id": str(uuid4()),
        "rights": frozenset({TENANT_ADMINISTRATOR}),
    }
    operations = (
        lambda actor: rotate_keys(actor=actor, now=NOW),
        lambda actor: revoke_keys([active_key.kid], actor=actor, now=NOW),
        lambda actor: reencrypt_keys(actor=actor, now=NOW),
    )

    for operation in operations:
        with pytest.raises(Forbidden):
            operation(Actor(**person))
        operation(Actor(**person, is_staff=True))


def test_after_reencrypting_the_former_secret_key_is_not_needed(
    active_key: SigningKey, operator: Actor, tenant: Tenant, settings: Any
):
    rotate_keys(actor=operator, now=NOW)
    former, settings.SECRET_KEY = settings.SECRET_KEY, "n" * 60
    settings.SECRET_KEY_FALLBACKS = [former]

    assert len(reencrypt_keys(actor=operator, now=NOW)) == 2
    assert reencrypt_keys(actor=operator, now=NOW) == []

    private_keys.forget()
    with override_settings(SECRET_KEY_FALLBACKS=[]):
        assert ensure_active_key(now=NOW) == active_key
    assert events(tenant).count("key.encrypted") == 2


def test_reencrypting_without_the_former_key_changes_nothing(
    active_key: SigningKey, operator: Actor, settings: Any, now: datetime
):
    before = SigningKey.objects.values().get()
    settings.SECRET_KEY = "n" * 60

    with pytest.raises(SigningKeyLost):
        reencrypt_keys(actor=operator, now=now)
    assert SigningKey.objects.values().get() == before

"""Rotations while APIs verify with cached public keys: KEY-4, in simulated time.

``make faults`` does the same with the real server and third-party verifiers.
"""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import uuid4

import jwt
import pytest

from clients_app.models import SigningKey, Tenant
from clients_app.rules import key_schedule
from clients_app.services.signing_keys.public_keys import published_jwks
from clients_app.services.signing_keys.rotation import (
    follow_schedule,
    rotate_keys,
)
from clients_app.services.tokens.access_tokens import issue_access_token
from clients_app.services.tokens.claims import Subject, TokenTemplate
from tests.actors import command_line_in
from tests.moments import NOW

pytestmark = [
    pytest.mark.one_database,  # a day of simulated time; `test_rotation.py` runs on both
    pytest.mark.usefixtures("active_key"),
]

TICK = timedelta(seconds=20)
MAX_AGE = timedelta(seconds=900)
LIFETIME_S = 3600
AUDIENCE = "http://localhost:8000"
SUBJECT = Subject(str(uuid4()), ("Tenant Member",), (str(uuid4()),))
NEW_TOKEN = TokenTemplate(
    issuer=f"{AUDIENCE}/identity",
    audience=AUDIENCE,
    client_id=SUBJECT.id,
    tenant_id=str(uuid4()),
    lifetime_s=LIFETIME_S,
    credential=None,
    subject=SUBJECT,
    scope="api",
)
VERIFIERS = 9  # each fetched the keys at a different time


class Verifier:
    """An API that caches the public keys as long as it may."""

    def __init__(self, fetched_at: datetime) -> None:
        self._fetch(fetched_at)

    def _fetch(self, now: datetime) -> None:
        self.fetched_at = now
        self.keys = {one["kid"]: json.dumps(one) for one in published_jwks()["keys"]}

    def accepts(self, token: str, kid: str, *, now: datetime) -> bool:
        if now - self.fetched_at >= MAX_AGE:
            self._fetch(now)
        if kid not in self.keys:
            return False
        check_signature(token, self.keys[kid])
        return True


@cache
def check_signature(token: str, key: str) -> None:
    """Check it once, for all verifiers that know this key by the ``kid`` of the token."""
    jwk = jwt.PyJWK.from_json(key)
    options: Any = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
    jwt.decode(token, jwk, algorithms=[jwk.algorithm_name], audience=AUDIENCE, options=options)
    assert jwt.get_unverified_header(token)["kid"] == jwk.key_id


def refusals(until: datetime, *, at_tick: Callable[[datetime], None]) -> int:
    """Return how many valid tokens, new and old, the verifiers refuse."""
    phases = [NOW - MAX_AGE * number / VERIFIERS for number in range(VERIFIERS)]
    verifiers = [Verifier(phase) for phase in phases]
    last_of_key: dict[
        str, tuple[str, datetime]
    ] = {}  # kid -> its newest token, and when that expires
    refused, moment = 0, NOW
    while moment < until:
        at_tick(moment)
        follow_schedule(now=moment)
        kid = SigningKey.objects.get(state="active").kid
        issued = issue_access_token(NEW_TOKEN, kid=kid, now=moment, extra_claims={})
        last_of_key[kid] = (issued.token, moment + timedelta(seconds=LIFETIME_S))
        for kid, (token, ends_at) in last_of_key.items():
            if moment < ends_at:
                refused += sum(not one.accepts(token, kid, now=moment) for one in verifiers)
        moment += TICK
    return refused


def rotate_hourly(tenant: Tenant) -> Callable[[datetime], None]:
    """Request a rotation in the first minutes of each hour, more often than anyone would."""

    def at_tick(moment: datetime) -> None:
        if (moment - NOW).seconds % 3600 < TICK.seconds:
            rotate_keys(actor=command_line_in(tenant), now=moment)

    return at_tick


def test_rotation_five_times_refuses_no_valid_token(tenant: Tenant):
    assert refusals(NOW + timedelta(hours=5), at_tick=rotate_hourly(tenant)) == 0
    assert SigningKey.objects.count() == 6
    assert set(SigningKey.objects.values_list("state", flat=True)) == {
        "active",
        "retired",
        "removed",
    }


def test_rotation_without_a_next_key_refuses_valid_tokens(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
):
    """Proves the test above: a key signs as soon as it is published."""
    monkeypatch.setattr(key_schedule, "earliest_signing", lambda *_, now, **__: now)

    assert refusals(NOW + timedelta(hours=2), at_tick=rotate_hourly(tenant)) > 50


def test_rotation_without_a_retired_key_refuses_valid_tokens(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
):
    """Proves the test above: a key is removed before its tokens have expired."""
    monkeypatch.setattr(key_schedule, "PUBLISHED_AFTERWARDS", timedelta(0))

    assert refusals(NOW + timedelta(hours=2), at_tick=rotate_hourly(tenant)) > 50

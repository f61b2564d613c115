"""Introspection: JWT-3, INT-1 and INT-2, and CLI-17."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import jwt
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients_app.management.command_line import actor_on_installation
from clients_app.models import Client, SigningKey, Tenant, TokenUsage
from clients_app.services.signing_keys import public_keys
from clients_app.services.signing_keys.rotation import revoke_keys
from clients_app.services.usage import counts
from tests.factories import make_client, make_tenant
from tests.oauth.introspection import INTROSPECT, REVOKE, introspect, post, token_of
from tests.oauth.wsgi import form


def test_resource_server_gets_the_claims_of_the_token(api: SimpleNamespace, good: SimpleNamespace):
    token = token_of(good)
    claims = jwt.decode(token, options={"verify_signature": False})

    answer = introspect(api, token)

    del claims["cred"]  # the id of a secret is internal
    assert answer == {"active": True, "token_type": "Bearer", **claims}
    assert claims["roles"] == ["MyData.Role", "Tenant Member"]
    assert post(f"{INTROSPECT}/", api, token).json() == answer  # with a trailing slash


def test_credentials_in_the_body_and_any_hint_are_accepted(
    api: SimpleNamespace, good: SimpleNamespace
):
    """RFC 7662 section 2.1: a wrong or unknown hint does no harm."""
    token = token_of(good)
    for hint in ("access_token", "refresh_token", "ключ", ""):
        body = form(client_id=api.id, client_secret=api.plain, token=token, token_type_hint=hint)
        assert post(INTROSPECT, api, "", authorization=None, body=body).json()["active"] is True


def test_client_without_permission_can_introspect_only_its_own_tokens(
    tenant: Tenant, good: SimpleNamespace, now: datetime
):
    """INT-2."""
    made = make_client("Other", tenant, now=now)
    other = SimpleNamespace(id=str(made.client.pk), plain=made.plain)

    assert introspect(good, token_of(good))["active"] is True
    assert introspect(other, token_of(good)) == {"active": False}
    assert introspect(other, token_of(other))["active"] is True


def test_resource_server_of_another_tenant_gets_inactive(good: SimpleNamespace, now: datetime):
    """A resource server sees only tokens of its own tenant."""
    made = make_client("Theirs", make_tenant("Cranes GmbH"), now=now)
    Client.objects.filter(pk=made.client.pk).update(may_introspect=True)

    theirs = SimpleNamespace(id=str(made.client.pk), plain=made.plain)
    assert introspect(theirs, token_of(good)) == {"active": False}
    assert introspect(theirs, token_of(theirs))["active"] is True


def test_permission_to_introspect_applies_immediately(api: SimpleNamespace, good: SimpleNamespace):
    token = token_of(good)
    assert introspect(api, token)["active"] is True

    Client.objects.filter(pk=api.id).update(may_introspect=False)

    assert introspect(api, token) == {"active": False}


@pytest.mark.parametrize(("ahead_s", "is_active"), [(10, True), (11, False)])
def test_token_of_a_node_whose_clock_is_ahead_is_active_up_to_10_s(
    api: SimpleNamespace, good: SimpleNamespace, now: datetime, ahead_s: int, is_active: bool
):
    """JWT-5."""
    second = now.replace(microsecond=0)
    with time_machine.travel(second + timedelta(seconds=ahead_s), tick=False):
        token = token_of(good)
    with time_machine.travel(second, tick=False):
        assert introspect(api, token)["active"] is is_active


def test_introspection_takes_a_constant_number_of_queries(
    api: SimpleNamespace, good: SimpleNamespace
):
    """The calling client is read without Django's cursor, as at the token endpoint."""
    token = token_of(good)
    introspect(api, token)
    with CaptureQueriesContext(connection) as captured:
        introspect(api, token)
    assert len(captured) <= 4


def test_tokens_of_a_new_key_are_active_immediately_after_a_revocation(
    api: SimpleNamespace, good: SimpleNamespace, signing_key: SigningKey
):
    """KEY-5, even if the process has just cached the keys."""
    old = token_of(good)
    public_keys.read_key_set()
    actor = actor_on_installation()
    revoke_keys([signing_key.kid], actor=actor, now=datetime.now(UTC))

    assert introspect(api, old) == {"active": False}
    new = token_of(good)
    assert introspect(api, new)["active"] is True


def test_introspection_counts_as_use_of_the_secret_without_a_token(
    api: SimpleNamespace, good: SimpleNamespace
):
    """Otherwise the old secret of an API would look unused, and a rotation could end it."""
    token = token_of(good)
    for _ in range(3):
        introspect(api, token)
    post(REVOKE, good, "abc")
    counts.flush()

    asked = TokenUsage.objects.get(secret=api.secret)
    assert (asked.tokens, asked.last_address) == (0, "192.0.2.7")
    assert Client.objects.get(pk=api.id).last_token_at is None
    assert TokenUsage.objects.get(secret=good.secret).tokens == 1
    assert Client.objects.get(pk=good.id).last_token_at is not None

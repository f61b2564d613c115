"""Introspection: JWT-3, INT-1 and INT-2, and CLI-17."""

from datetime import UTC, datetime
from types import SimpleNamespace

import jwt
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients_app.management.command_line import actor_on_installation
from clients_app.models import (
    Client,
    SigningKey,
    Tenant,
    TokenUsage,
)
from clients_app.services.signing_keys import public_keys
from clients_app.services.signing_keys.rotation import revoke_keys
from clients_app.services.usage import counts
from tests.factories import make_client, make_tenant
from tests.oauth.introspection import INTROSPECT, REVOKE, post, token_of, told
from tests.oauth.wsgi import form


def test_a_resource_server_learns_what_the_token_says(api: SimpleNamespace, good: SimpleNamespace):
    token = token_of(good)
    claims = jwt.decode(token, options={"verify_signature": False})

    answer = told(api, token)

    del claims["cred"]  # the id of a secret is nobody else's business
    assert answer == {"active": True, "token_type": "Bearer", **claims}
    assert claims["roles"] == ["MyData.Role", "Tenant Member"]
    assert post(f"{INTROSPECT}/", api, token).json() == answer  # with a slash at the end


def test_by_body_and_with_a_hint(api: SimpleNamespace, good: SimpleNamespace):
    """RFC 7662 section 2.1: a hint helps some servers; a wrong or unknown one harms nothing."""
    token = token_of(good)
    for hint in ("access_token", "refresh_token", "ключ", ""):
        body = form(client_id=api.id, client_secret=api.plain, token=token, token_type_hint=hint)
        assert post(INTROSPECT, api, "", authorization=None, body=body).json()["active"] is True


def test_a_plain_client_may_ask_about_its_own(tenant: Tenant, good: SimpleNamespace, now: datetime):
    """INT-2: and about no other's."""
    made = make_client("Other", tenant, now=now)
    other = SimpleNamespace(id=str(made.client.pk), plain=made.plain)

    assert told(good, token_of(good))["active"] is True
    assert told(other, token_of(good)) == {"active": False}
    assert told(other, token_of(other))["active"] is True


def test_a_resource_server_of_another_tenant_learns_nothing(good: SimpleNamespace, now: datetime):
    """Tokens of other tenants."""
    made = make_client("Theirs", make_tenant("Cranes GmbH"), now=now)
    Client.objects.filter(pk=made.client.pk).update(may_introspect=True)

    theirs = SimpleNamespace(id=str(made.client.pk), plain=made.plain)
    assert told(theirs, token_of(good)) == {"active": False}
    assert told(theirs, token_of(theirs))["active"] is True


def test_the_switch_acts_at_once(api: SimpleNamespace, good: SimpleNamespace):
    token = token_of(good)
    assert told(api, token)["active"] is True

    Client.objects.filter(pk=api.id).update(may_introspect=False)

    assert told(api, token) == {"active": False}


def test_a_constant_number_of_queries(api: SimpleNamespace, good: SimpleNamespace):
    """The row of the asking client is read past Django, as at the token endpoint."""
    token = token_of(good)
    told(api, token)
    with CaptureQueriesContext(connection) as captured:
        told(api, token)
    assert len(captured) <= 4


def test_after_a_revocation_the_tokens_of_the_new_key_count_at_once(
    api: SimpleNamespace, good: SimpleNamespace, signing_key: SigningKey
):
    """KEY-5, however lately the process has read the keys: not even a second is lost."""
    old = token_of(good)
    public_keys.read_key_set()
    actor = actor_on_installation()
    revoke_keys([signing_key.kid], actor=actor, now=datetime.now(UTC))

    assert told(api, old) == {"active": False}
    new = token_of(good)
    assert told(api, new)["active"] is True


def test_asking_is_a_use_of_the_secret_that_brings_no_token(
    api: SimpleNamespace, good: SimpleNamespace
):
    """Else the old secret of an API would look idle while a rotation waits for that."""
    token = token_of(good)
    for _ in range(3):
        told(api, token)
    post(REVOKE, good, "abc")
    counts.flush()

    asked = TokenUsage.objects.get(secret=api.secret)
    assert (asked.tokens, asked.last_address) == (0, "192.0.2.7")
    assert Client.objects.get(pk=api.id).last_token_at is None
    assert TokenUsage.objects.get(secret=good.secret).tokens == 1
    assert Client.objects.get(pk=good.id).last_token_at is not None

"""What bad codes and refresh tokens get: the error that the standard names, and nothing issued."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from clients_app.models import (
    AuditEvent,
    Authorization,
    Client,
    ClientUrl,
    RefreshToken,
    SigningKey,
)
from clients_app.rules.secret_format import CODE_PREFIX, REFRESH_PREFIX, new_secret
from clients_app.services.signing_keys import private_keys
from clients_app.services.usage import counts
from tests.oauth.people import REDIRECT, People
from tests.oauth.person_grant_cases import CLIENT, GRANT, ROWS, Row, code, late

pytestmark = (
    pytest.mark.one_database
)  # `test_person_grants.py` and `tests/faults` end grants on both


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.source}: {row.name}")
def test_refused_request_gets_its_error_and_nothing_is_issued(people: People, row: Row):
    reply = row.send(people)

    assert reply.json()["error"] == row.error
    assert reply.status == (401 if row.error == CLIENT else 400)
    assert set(reply.json()) == {"error", "error_description"}
    assert reply.headers["Cache-Control"] == "no-store"
    left = RefreshToken.objects.filter(
        used_at=None,
        authorization__in=Authorization.objects.standing(),
        expires_at__gt=timezone.now(),
    )
    if row.event or "twice" in row.name:
        assert not left.exists()
    events = AuditEvent.objects.filter(action__endswith=".reused")
    assert [event.action for event in events] == ([row.event] if row.event else [])


def test_every_invalid_grant_has_the_same_bytes(people: People):
    """The caller learns nothing about codes that are not theirs."""
    thief = people.application("Thief", "authorization-code")
    used = people.code()
    assert people.redeem(used).status == 200
    codes = (new_secret(CODE_PREFIX), "x", used, people.code(people.hybrid), people.code())

    bodies = {people.redeem(code, thief).body for code in codes}
    bodies |= {people.refresh(code, thief).body for code in (*codes, new_secret(REFRESH_PREFIX))}
    assert len(bodies) == 1
    assert Authorization.objects.filter(ended_at=None).count() == 3


def test_second_use_ends_every_token_of_the_first(people: People):
    """AUT-3, AUT-9: access tokens and those that came of the refresh token too."""
    code = people.code()
    first = people.redeem(code).json()
    second = people.refresh(first["refresh_token"]).json()
    other = people.signed_in()
    for token in (first, second, other):
        assert people.is_active(token["access_token"])

    people.redeem(code)

    assert not people.is_active(first["access_token"])
    assert not people.is_active(second["access_token"])
    assert people.refresh(second["refresh_token"]).json()["error"] == GRANT
    assert people.is_active(other["access_token"])
    for _ in range(3):  # a thief cannot fill the chain
        people.redeem(code)
        people.refresh(first["refresh_token"])
    event = AuditEvent.objects.get(action="client.code.reused")
    assert (event.actor_kind, event.actor_id) == ("client", people.public.id)
    assert event.address == "192.0.2.7"
    assert "Ann Heron" in event.canonical


def test_reuse_of_a_refresh_token_ends_the_family(people: People):
    first = people.signed_in()
    second = people.refresh(first["refresh_token"]).json()

    assert people.refresh(first["refresh_token"]).json()["error"] == GRANT
    assert people.refresh(second["refresh_token"]).json()["error"] == GRANT
    assert not people.is_active(second["access_token"])
    assert Authorization.objects.get().ended_why == "refresh-reused"


def test_refresh_token_ends_when_idle_and_in_any_case_after_the_maximum(
    people: People, settings: Any
):
    settings.REFRESH_IDLE, settings.REFRESH_MAX = 3600, 28_800
    begun = timezone.now()
    code = people.code(now=begun)
    assert people.redeem(code).status == 200
    token = RefreshToken.objects.get()
    assert token.expires_at - token.issued_at == timedelta(hours=1)
    one = Authorization.objects.get()
    assert one.expires_at == begun + timedelta(hours=8)
    one.expires_at = timezone.now() + timedelta(minutes=5)
    one.save()

    plain = people.signed_in()["refresh_token"]
    Authorization.objects.update(expires_at=timezone.now() + timedelta(minutes=5))
    assert people.refresh(plain).status == 200
    last = RefreshToken.objects.order_by("issued_at").last()
    assert last.expires_at == last.authorization.expires_at


def test_expired_refresh_token_is_no_trouble_of_the_client(people: People):
    """It ends as they all do; a wrong code is worth a look."""
    assert late(0, grant="refresh")(people).status == 400
    counts.flush()
    assert Client.objects.get(pk=people.public.id).last_refused_at is None

    code(code=new_secret(CODE_PREFIX))(people)
    counts.flush()
    client = Client.objects.get(pk=people.public.id)
    assert [row.cause for row in client.refusals.all()] == ["invalid-grant"]


def test_reused_code_is_unused_by_others(people: People):
    """A code that another client presents stays usable, and nothing ends."""
    thief = people.application("Thief", "authorization-code")
    plain = people.code()
    assert people.redeem(plain, thief).status == 400

    assert people.redeem(plain).status == 200
    assert people.redeem(plain, thief).status == 400
    assert Authorization.objects.get().ended_at is None


@pytest.mark.both_databases
def test_code_that_was_sent_to_a_removed_redirect_url_is_refused(people: People):
    """AUT-1: an administrator removes the URL because somebody else gets what is sent there."""
    code = people.code()
    ClientUrl.objects.filter(client=people.public.id, url=REDIRECT).delete()

    assert people.redeem(code).json()["error"] == "invalid_grant"
    ClientUrl.objects.create(client=people.public.row, kind="redirect", url=REDIRECT)
    assert people.redeem(code).status == 200


def test_lost_signing_key_uses_neither_code_nor_refresh_token(people: People):
    code, token = people.code(), people.signed_in()["refresh_token"]
    stored = SigningKey.objects.get().private_part
    private_keys.forget()
    SigningKey.objects.update(private_part=b"x" * 64)

    for reply in (people.redeem(code), people.refresh(token)):
        assert (reply.status, reply.json()["error"]) == (503, "temporarily_unavailable")
    SigningKey.objects.update(private_part=stored)
    assert people.redeem(code).status == 200
    assert people.refresh(token).status == 200

"""Introspection and revocation of what clients got for people: INT-1 to INT-3, CLI-17."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from clients_app import conf
from clients_app.models import Authorization, Client, ClientSecret, Person
from clients_app.services.authorizations.endings import end_of_session
from clients_app.services.clients.removal import remove_client, restore_client
from clients_app.services.tokens.inspection import Verdict, inspect_token
from tests.actors import command_line_in
from tests.factories import let_call, make_tenant
from tests.oauth.people import People, claims

pytestmark = pytest.mark.one_database  # its statements run on both elsewhere

INACTIVE = {"active": False}


@pytest.fixture(params=["public", "hybrid"])
def client(people: People, request: pytest.FixtureRequest) -> SimpleNamespace:
    found: SimpleNamespace = getattr(people, request.param)
    return found


def test_introspection_shows_whom_a_token_is_about(people: People):
    token = people.signed_in()["access_token"]
    shown = people.introspected(token)

    assert shown == {"active": True, "token_type": "Bearer", **claims(token)}
    assert shown["sub"] == str(people.person.pk)


def test_introspection_keeps_identity_scopes(people: People):
    token = people.signed_in(scope="openid profile api")["access_token"]

    assert people.introspected(token)["scope"] == "api openid profile"


def test_client_introspects_its_own_refresh_token(people: People):
    plain = people.signed_in(people.hybrid)["refresh_token"]
    shown = people.introspected(plain)

    one = Authorization.objects.get()
    assert shown.pop("exp") - shown.pop("iat") == 3600
    assert shown == {
        "active": True,
        "token_type": "refresh_token",
        "iss": conf.issuer(),
        "sub": str(people.person.pk),
        "client_id": people.hybrid.id,
        "scope": one.scope,
        "tid": str(people.tenant.pk),
        "authorization_id": str(one.pk),
    }
    people.refresh(plain, people.hybrid)
    assert people.introspected(plain) == INACTIVE


@pytest.mark.both_databases
def test_refresh_token_of_another_client_is_inactive(people: People):
    """Not even a client that may introspect tokens gets to know it."""
    assert people.introspected(people.signed_in()["refresh_token"]) == INACTIVE


def test_public_client_cannot_introspect(people: People):
    """INT-1: nothing proves who it is."""
    reply = people.post_to("introspect", people.public, people.signed_in()["access_token"])

    assert (reply.status, reply.json()["error"]) == (401, "invalid_client")


def test_revoked_access_token_ends_alone(people: People, client: SimpleNamespace):
    first = people.signed_in(client)
    second = people.refresh(first["refresh_token"], client).json()

    assert people.post_to("revocation", client, second["access_token"]).status == 200
    assert not people.is_active(second["access_token"])
    assert people.is_active(first["access_token"])
    assert people.refresh(second["refresh_token"], client).status == 200


@pytest.mark.both_databases
def test_revoked_refresh_token_ends_all_that_came_of_it(people: People, client: SimpleNamespace):
    """RFC 7009 section 2.1."""
    first = people.signed_in(client)
    second = people.refresh(first["refresh_token"], client).json()
    other = people.signed_in(client)

    for _ in range(2):
        reply = people.post_to("revocation", client, second["refresh_token"])
        assert (reply.status, reply.json()) == (200, {})
    for token in (first, second):
        assert not people.is_active(token["access_token"])
    assert people.refresh(second["refresh_token"], client).json()["error"] == "invalid_grant"
    assert people.is_active(other["access_token"])


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_token_of_another_client_is_not_revoked(people: People, kind: str):
    answer = people.signed_in()
    thief = people.application("Thief", "authorization-code")

    for client in (thief, people.hybrid):
        assert people.post_to("revocation", client, answer[kind]).json() == {}
    assert people.is_active(answer["access_token"])
    assert people.refresh(answer["refresh_token"]).status == 200


def verdict_of(people: People, token: str) -> str | None:
    found = inspect_token(token, tenant_id=people.tenant.pk, at_s=timezone.now().timestamp())
    return found.verdict if found else None


def change_person(**columns: Any) -> Callable[[People], object]:
    return lambda people: Person.objects.filter(pk=people.person.pk).update(**columns)


def change_client(**columns: Any) -> Callable[[People], object]:
    return lambda people: Client.objects.filter(pk=people.hybrid.id).update(**columns)


#: what ends the token of a person, and what a look at the token says then
ENDS: dict[str, tuple[Callable[[People], object], Verdict]] = {
    "deactivated": (change_person(is_active=False), Verdict.PERSON_ENDED),
    "moved": (
        lambda people: change_person(tenant=make_tenant("Cranes"))(people),
        Verdict.PERSON_ENDED,
    ),
    "access": (change_person(access_version=9), Verdict.PERSON_ENDED),
    "ended": (
        lambda _: Authorization.objects.update(ended_at=timezone.now(), ended_why="withdrawn"),
        Verdict.PERSON_ENDED,
    ),
    "disabled": (change_client(is_enabled=False), Verdict.CLIENT_DISABLED),
    "revoked": (
        lambda people: change_client(tokens_not_before=timezone.now())(people),
        Verdict.ALL_REVOKED,
    ),
    "api": (lambda people: let_call(people.hybrid.row), Verdict.API_NOT_ALLOWED),
    "secret": (
        lambda _: ClientSecret.objects.update(removed_at=timezone.now()),
        Verdict.SECRET_REMOVED,
    ),
}


@pytest.mark.both_databases
@pytest.mark.parametrize(("end", "verdict"), ENDS.values(), ids=ENDS)
def test_token_ends_with_what_it_rests_on(
    people: People, end: Callable[[People], object], verdict: Verdict
):
    token = people.signed_in(people.hybrid)["access_token"]
    assert verdict_of(people, token) is Verdict.ACTIVE

    end(people)

    assert verdict_of(people, token) is verdict
    change_client(is_enabled=True)(people)
    was_disabled = verdict is Verdict.CLIENT_DISABLED
    assert verdict_of(people, token) is (Verdict.ACTIVE if was_disabled else verdict)


@pytest.mark.both_databases
def test_identity_token_is_valid_without_any_api(people: People):
    token = people.signed_in(scope="openid")["access_token"]
    let_call(people.public.row, built_in=False)

    assert verdict_of(people, token) is Verdict.ACTIVE
    assert people.is_active(token)


def test_restored_client_has_none_of_its_tokens_back(people: People):
    """CLI-9: a public client has no secrets that would be gone."""
    answer, actor = people.signed_in(), command_line_in(people.tenant)
    name, row = people.public.row.name, Client.objects.get(pk=people.public.id)
    remove_client(row, typed_name=name, actor=actor, now=timezone.now())
    restore_client(row.pk, actor=actor, now=timezone.now())
    Client.objects.filter(pk=row.pk).update(is_enabled=True)

    assert not people.is_active(answer["access_token"])
    assert people.refresh(answer["refresh_token"]).json()["error"] == "invalid_grant"


def test_end_of_a_session_ends_what_was_not_to_outlast_it(people: People):
    online = people.signed_in(scope="openid read")
    offline = people.signed_in()

    assert end_of_session("another", now=timezone.now()) == 0
    assert end_of_session("session-key", now=timezone.now()) == 1
    assert not people.is_active(online["access_token"])
    assert people.is_active(offline["access_token"])

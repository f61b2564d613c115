"""Userinfo: OpenID Connect Core section 5.3, with the errors of RFC 6750 section 3."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from clients_app.models import Authorization, Client
from clients_app.services.people.accounts import set_active
from tests.actors import command_line_in
from tests.factories import let_call
from tests.oauth import wsgi
from tests.oauth.people import People
from tests.oauth.wsgi import Reply, form

pytestmark = pytest.mark.one_database  # its statements run on both elsewhere

PATH = "/identity/connect/userinfo"


def ask(authorization: str | None = None, method: str = "GET", **more: Any) -> Reply:
    return wsgi.through_django(
        wsgi.environ(PATH, method=method, authorization=authorization, **more)
    )


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_userinfo_says_what_the_scopes_say(people: People, method: str):
    token = people.signed_in(scope="openid profile email api")["access_token"]

    reply = people.userinfo(token, method)
    assert (reply.status, reply.headers["Content-Type"]) == (200, "application/json")
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.json() == {
        "sub": str(people.person.pk),
        "name": "Ann Heron",
        "preferred_username": "ann",
        "email": "ann@herons.example",
    }


def test_userinfo_says_only_who_it_is_without_further_scopes(people: People):
    token = people.signed_in(scope="openid api")["access_token"]

    assert people.userinfo(token).json() == {"sub": str(people.person.pk)}


def test_person_without_a_mail_address_has_no_email_claim(people: People):
    people.person.email = ""
    people.person.save()

    assert set(people.userinfo(people.signed_in(scope="openid email")["access_token"]).json()) == {
        "sub"
    }


@pytest.mark.parametrize(
    "authorization", [None, "", "Basic eDp5", "Bearer", "Bearer ", "Digest x", "x"]
)
def test_request_without_a_token_is_told_to_send_one(people: People, authorization: str | None):
    """RFC 6750 section 3.1: the challenge names no error then."""
    reply = ask(authorization)

    assert reply.status == 401
    assert reply.headers["WWW-Authenticate"] == 'Bearer realm="identity"'


def test_token_in_the_body_or_the_query_is_no_token(people: People):
    token = people.signed_in()["access_token"]

    assert ask(method="POST", body=form(access_token=token)).status == 401
    assert ask(query=f"access_token={token}").status == 401


def disable(people: People) -> None:
    Client.objects.filter(pk=people.public.id).update(is_enabled=False)


def deactivate(people: People) -> None:
    actor = command_line_in(people.tenant)
    set_active(people.person, active=False, actor=actor, now=timezone.now())


def end(people: People) -> None:
    Authorization.objects.update(ended_at=timezone.now(), ended_why="withdrawn")


def take_api(people: People) -> None:
    let_call(people.public.row, people.api, built_in=False)


@pytest.mark.parametrize("change", [disable, deactivate, end, take_api])
def test_token_that_has_ended_is_invalid(people: People, change: Callable[[People], None]):
    token = people.signed_in(scope="openid api")["access_token"]
    assert people.userinfo(token).status == 200

    change(people)

    reply = people.userinfo(token)
    assert reply.status == 401
    assert reply.headers["WWW-Authenticate"].startswith(
        'Bearer realm="identity", error="invalid_token", error_description="'
    )
    assert reply.json()["error"] == "invalid_token"


def test_token_about_the_person_alone_needs_no_api(people: People):
    token = people.signed_in(scope="openid")["access_token"]
    let_call(people.public.row, built_in=False)

    assert people.userinfo(token).status == 200


@pytest.mark.parametrize("plain", ["x", "a.b.c", "e30.e30.e30", "ü", "x" * 9000])
def test_forged_token_is_invalid(people: People, plain: str):
    assert people.userinfo(plain).json()["error"] == "invalid_token"


def test_tokens_of_other_kinds_are_invalid(people: People):
    """An ID token, a refresh token, and an access token that was sent to an API."""
    answer = people.signed_in()

    for name in ("id_token", "refresh_token", "access_token"):
        reply = people.userinfo(answer[name])
        assert (reply.status, reply.json()["error"]) == (401, "invalid_token"), name


def test_token_about_a_machine_is_invalid(people: People, good: SimpleNamespace, settings: Any):
    """Even if the operator named one of the scopes of the built-in API openid."""
    settings.API_SCOPES = ["api", "openid"]
    authorization = wsgi.basic(good.id, good.plain)
    body = form(grant_type="client_credentials", scope="openid")
    token = people.ask(authorization=authorization, body=body).json()["access_token"]

    assert people.userinfo(token).json()["error"] == "invalid_token"


@pytest.mark.both_databases
def test_token_without_openid_has_too_little_scope(people: People):
    reply = people.userinfo(people.signed_in(scope="api")["access_token"])

    assert (reply.status, reply.json()["error"]) == (403, "insufficient_scope")
    assert 'error="insufficient_scope"' in reply.headers["WWW-Authenticate"]
    assert reply.headers["WWW-Authenticate"].endswith('scope="openid"')


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
def test_other_methods_are_refused(people: People, method: str):
    reply = ask(method=method)

    assert (reply.status, reply.headers["Allow"]) == (405, "GET, HEAD, POST")


def test_cookies_mean_nothing(people: People, administrator_browser: Any):
    reply = administrator_browser.get(PATH)

    assert reply.status_code == 401
    assert not reply.cookies

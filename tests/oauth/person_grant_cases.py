"""Bad requests with codes and refresh tokens, and the error that each gets."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

from django.utils import timezone

from clients_app.models import Api, Client, Person, RefreshToken
from clients_app.rules.secret_format import CODE_PREFIX, REFRESH_PREFIX, new_secret
from clients_app.services.authorizations.consents import withdraw
from clients_app.services.people.accounts import choose_password, set_active
from tests.actors import command_line_in
from tests.factories import let_call, make_tenant
from tests.moments import NOW
from tests.oauth.people import CODE, REDIRECT, REFRESH, VERIFIER, People
from tests.oauth.wsgi import Reply, basic, form

Send = Callable[[People], Reply]
GRANT, REQUEST, CLIENT = "invalid_grant", "invalid_request", "invalid_client"


class Row(NamedTuple):
    source: str
    name: str
    send: Send
    error: str = GRANT
    event: str = ""  # the action of the event that it leaves


def code(*, client: str = "public", asked: Any = None, **changed: str | None) -> Send:
    """Redeem a code of ``client`` with parameters ``changed``; ``asked`` changes its request."""

    def send(people: People) -> Reply:
        by = getattr(people, client)
        return people.redeem(people.code(by, **(asked or {})), by, **changed)

    return send


def refresh(**changed: str | None) -> Send:
    return lambda people: people.refresh(people.signed_in()["refresh_token"], **changed)


def raw(*pairs: tuple[str, str]) -> Send:
    """Send exactly these parameters, as the public client."""
    return lambda people: people.ask(body=form(("client_id", people.public.id), *pairs))


def after(change: Callable[[People], object], *, grant: str, client: str = "public") -> Send:
    """Change something between the sign-in and the token request."""

    def send(people: People) -> Reply:
        by = getattr(people, client)
        if grant == "code":
            plain = people.code(by)
            change(people)
            return people.redeem(plain, by)
        plain = people.signed_in(by)["refresh_token"]
        change(people)
        return people.refresh(plain, by)

    return send


def late(seconds: int, *, grant: str) -> Send:
    """Redeem a code of ``seconds`` ago, or a refresh token that ended ``seconds`` ago."""

    def send(people: People) -> Reply:
        then = timezone.now() - timedelta(seconds=seconds)
        if grant == "code":
            return people.redeem(people.code(now=then))
        plain = people.signed_in()["refresh_token"]
        RefreshToken.objects.update(expires_at=then)
        return people.refresh(plain)

    return send


def twice(grant: str, **changed: str | None) -> Send:
    def send(people: People) -> Reply:
        if grant == "code":
            plain = people.code()
            assert people.redeem(plain).status == 200
            return people.redeem(plain, **changed)
        plain = people.signed_in()["refresh_token"]
        assert people.refresh(plain).status == 200
        return people.refresh(plain, **changed)

    return send


def by_another(grant: str, client_type: str = "authorization-code") -> Send:
    def send(people: People) -> Reply:
        thief = people.application("Thief", client_type)
        if grant == "code":
            return people.redeem(people.code(), thief)
        return people.refresh(people.signed_in()["refresh_token"], thief)

    return send


def of_another_tenant(people: People) -> Reply:
    thief = people.application("Thief", "authorization-code", tenant=make_tenant("Cranes"))
    return people.redeem(people.code(), thief)


def deactivate(people: People) -> None:
    actor = command_line_in(people.tenant)
    set_active(people.person, active=False, actor=actor, now=timezone.now())


def deactivate_and_back(people: People) -> None:
    deactivate(people)
    actor = command_line_in(people.tenant)
    set_active(people.person, active=True, actor=actor, now=timezone.now())


def choose_a_password(people: People) -> None:
    actor = command_line_in(people.tenant)
    choose_password(people.person, "eleven quiet herons", actor=actor, now=timezone.now())


def withdraw_consent(people: People) -> None:
    actor = command_line_in(people.tenant)
    withdraw(people.person, people.public.row, actor=actor, now=timezone.now())


def change_client(**columns: Any) -> Callable[[People], object]:
    return lambda people: Client.objects.update(**columns)


def call_nothing(people: People) -> None:
    let_call(people.public.row, built_in=False)


def take_scopes(people: People) -> None:
    let_call(Client.objects.get(pk=people.public.id), people.api, Orders="write")


def move_person(people: People) -> None:
    Person.objects.filter(pk=people.person.pk).update(tenant=make_tenant("Cranes"))


def change_url(old: str, new: str) -> str:
    changed = REDIRECT.replace(old, new, 1)
    assert changed != REDIRECT
    return changed


ROWS = [
    Row("RFC 6749 4.1.3", "no code", code(code=None), REQUEST),
    Row("RFC 6749 3.2", "an empty code", code(code=""), REQUEST),
    Row("RFC 6749 4.1.3", "no redirect_uri", code(redirect_uri=None), REQUEST),
    Row("RFC 6749 3.2", "an empty redirect_uri", code(redirect_uri=""), REQUEST),
    Row("RFC 6749 3.2", "two codes", raw(CODE, ("code", "a"), ("code", "b")), REQUEST),
    Row("RFC 6749 3.2", "two verifiers", raw(
        CODE, ("code_verifier", "a"), ("code_verifier", "b")), REQUEST),
    Row("RFC 6749 3.2", "two refresh tokens", raw(
        REFRESH, ("refresh_token", "a"), ("refresh_token", "b")), REQUEST),
    Row("RFC 6749 6", "no refresh token", raw(REFRESH), REQUEST),
    Row("RFC 6749 6", "an empty refresh token", raw(REFRESH, ("refresh_token", "")), REQUEST),
    Row("RFC 6749 5.2", "an invented code", code(code=new_secret(CODE_PREFIX))),
    Row("RFC 6749 5.2", "a code with a wrong checksum", code(code=CODE_PREFIX + "x" * 49)),
    Row("RFC 6749 5.2", "a code of no form", code(code="' OR 1=1 --")),
    Row("RFC 6749 5.2", "a code of other letters", code(code="кодех" * 10)),
    Row("RFC 6749 5.2", "a code with NUL", code(code="pac_\0")),
    Row("RFC 6749 5.2", "a long code", code(code="x" * 9000)),
    Row("RFC 6749 5.2", "an invented refresh token", refresh(
        refresh_token=new_secret(REFRESH_PREFIX))),
    Row("RFC 6749 5.2", "a code as refresh token", lambda people: people.refresh(people.code())),
    Row("RFC 6749 5.2", "a refresh token as code", lambda people: people.redeem(
        people.signed_in()["refresh_token"])),
    Row("RFC 6749 4.1.3", "redirect_uri: a character more", code(redirect_uri=f"{REDIRECT}c")),
    Row("RFC 6749 4.1.3", "redirect_uri: a slash more", code(redirect_uri=f"{REDIRECT}/")),
    Row("RFC 6749 4.1.3", "redirect_uri: case", code(redirect_uri=change_url("app", "App"))),
    Row("RFC 6749 4.1.3", "redirect_uri: escaped", code(redirect_uri=change_url("a=b", "a%3Db"))),
    Row("RFC 6749 4.1.3", "redirect_uri: port", code(redirect_uri=change_url(".com", ".com:443"))),
    Row("RFC 6749 4.1.3", "redirect_uri: another port of loopback", code(
        asked={"redirect_uri": "http://127.0.0.1:4000/"}, redirect_uri="http://127.0.0.1:4001/")),
    Row("RFC 6749 4.1.3", "redirect_uri: fragment", code(redirect_uri=f"{REDIRECT}#x")),
    Row("RFC 6749 4.1.3", "redirect_uri: no query", code(redirect_uri=REDIRECT.partition("?")[0])),
    Row("RFC 7636 4.6", "no verifier", code(code_verifier=None)),
    Row("RFC 7636 4.6", "an empty verifier", code(code_verifier="")),
    Row("RFC 7636 4.6", "another verifier", code(code_verifier="y" * 43)),
    Row("RFC 7636 4.1", "a verifier that is too short", code(code_verifier=VERIFIER[:42])),
    Row("RFC 7636 4.1", "a verifier that is too long", code(code_verifier="y" * 129)),
    Row("RFC 7636 4.1", "a verifier of other letters", code(code_verifier="ü" * 43)),
    Row("RFC 7636 4.6", "the challenge as verifier", code(
        asked={"challenge": "c" * 43}, code_verifier="c" * 43)),
    Row("RFC 9700 4.8.2", "a verifier without a challenge", code(
        client="hybrid", asked={"challenge": ""})),
    Row("RFC 6749 4.1.2", "a code of 60 seconds ago", late(60, grant="code")),
    Row("RFC 6749 5.2", "a code of another client", by_another("code")),
    Row("RFC 6749 5.2", "a code of another client with a secret", by_another("code", "hybrid")),
    Row("RFC 6749 5.2", "a code of a client of another tenant", of_another_tenant),
    Row("RFC 6749 10.4", "a refresh token of another client", by_another("refresh")),
    Row("RFC 6749 4.1.2", "a code twice", twice("code"), GRANT, "client.code.reused"),
    Row("RFC 6749 4.1.2", "a code twice, the second time without its verifier",
        twice("code", code_verifier=None), GRANT, "client.code.reused"),
    Row("RFC 9700 4.14.2", "a refresh token twice", twice("refresh"), GRANT,
        "client.refresh.reused"),
    Row("RFC 9700 4.14.2", "a refresh token twice, the second time for more",
        twice("refresh", scope="admin"), GRANT, "client.refresh.reused"),
    Row("RFC 6749 6", "a refresh token that has expired", late(0, grant="refresh")),
    Row("RFC 6749 6", "more scopes than were granted", refresh(scope="openid write"),
        "invalid_scope"),
    Row("RFC 6749 3.3", "scopes in another form", refresh(scope="openid  read"), "invalid_scope"),
    Row("RFC 8707 2.2", "another API at the code", code(resource="urn:example:other"),
        "invalid_target"),
    Row("RFC 8707 2.2", "another API at the refresh token", refresh(resource="urn:example:other"),
        "invalid_target"),
    Row("RFC 8707 2.2", "an API where none was granted", lambda people: people.redeem(
        people.code(scope="openid"), resource=people.api.identifier), "invalid_target"),
    Row("RFC 8707 2.2", "two APIs", refresh(resource="urn:a", audience="urn:b"), "invalid_target"),
    *(
        Row(source, f"{grant}: {name}", after(change, grant=grant), error)
        for grant in ("code", "refresh")
        for source, name, change, error in (
            ("AUT-3", "the person was deactivated", deactivate, GRANT),
            ("AUT-3", "the person was deactivated and activated", deactivate_and_back, GRANT),
            ("AUT-11", "the person chose another password", choose_a_password, GRANT),
            ("TEN-1", "the person is of another tenant now", move_person, GRANT),
            ("AUT-7", "the person withdrew it", withdraw_consent, GRANT),
            ("CLI-17", "the client was disabled", change_client(is_enabled=False), CLIENT),
            ("CLI-9", "the client was removed", change_client(removed_at=NOW), CLIENT),
            ("CLI-17", "all tokens were revoked", lambda people: Client.objects.update(
                tokens_not_before=timezone.now()), GRANT),
            ("RES-3", "the API was taken away", call_nothing, GRANT),
            ("RES-3", "its scopes were taken away", take_scopes, GRANT),
            ("RES-1", "the API was removed", lambda people: Api.objects.filter(
                pk=people.api.pk).delete(), GRANT),
        )
    ),
    Row("AUT-9", "the switch was turned off", after(
        change_client(allow_refresh_token=False), grant="refresh")),
    Row("RFC 6749 3.2.1", "a public client with a secret", lambda people: people.ask(
        body=form(CODE, client_id=people.public.id, client_secret=new_secret())), CLIENT),
    Row("RFC 6749 3.2.1", "a public client with Basic", lambda people: people.ask(
        authorization=basic(people.public.id, new_secret()), body=form(CODE)), CLIENT),
    Row("RFC 6749 3.2.1", "a client with secrets that sends none", lambda people: people.ask(
        body=form(CODE, client_id=people.hybrid.id, code=people.code(people.hybrid))), CLIENT),
    Row("RFC 6749 3.2.1", "no client", lambda people: people.ask(
        body=form(CODE, code=people.code())), CLIENT),
    Row("RFC 6749 3.2.1", "a client that is no GUID", code(client_id="app"), CLIENT),
    Row("RFC 6749 3.2.1", "an unknown client", code(
        client_id="0f0e8c1e-5b1c-4a5e-9d0e-0c8f5d1f2a3b"), CLIENT),
    Row("RFC 6749 5.2", "client_credentials of a public client", raw(
        ("grant_type", "client_credentials")), "unauthorized_client"),
]  # fmt: skip

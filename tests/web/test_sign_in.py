"""Sign in and out; the input survives an expired session."""

from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client as Browser
from django.utils import timezone

from clients_app import conf
from clients_app.identity.one_time_links import make_one_time_link
from clients_app.models import Client, Person, Tenant
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from tests.actors import command_line_in
from tests.factories import make_person
from tests.hashing import hashing_outside_transactions
from tests.portal_process import PASSWORD
from tests.responses import HTMX, is_page, plain_secret_in, text_of, value_of

SIGN_IN = "/sign-in"


def sign_in(browser: Browser, username: str = "mara", password: str = PASSWORD, **more: str):
    return browser.post(SIGN_IN, {"login": username, "password": password, **more})


def test_sign_in_page_has_the_form(client, db):
    text = text_of(client.get(SIGN_IN))

    assert 'autocomplete="username webauthn"' in text
    assert 'autocomplete="current-password"' in text
    assert "Need access? Ask a Tenant Administrator." in text
    assert "sign-up" not in text


@pytest.mark.parametrize("password", [PASSWORD, "wrong-wrong-wrong"])
def test_sign_in_checks_the_password_outside_transactions(client, administrator, password):
    with hashing_outside_transactions() as runs:
        sign_in(client, password=password)

    assert len(runs) == 1


@pytest.mark.parametrize("username", ["mara", "MARA", " mara "])
def test_sign_in_with_the_right_password_redirects(client, administrator, username):
    reply = sign_in(client, username, next="/security/roles?x=1")

    assert reply.status_code == 303
    assert reply["Location"] == "/security/roles?x=1"
    assert client.get("/security/roles").status_code == 200


@pytest.mark.parametrize(
    "pair", [("mara", "wrong"), ("nobody", PASSWORD), ("", ""), ("mara", ""), ("m" * 999, "x")]
)
def test_sign_in_failure_never_says_which_half_is_wrong(client, administrator, pair):
    reply = sign_in(client, *pair)

    text = text_of(reply)
    assert reply.status_code == 422
    assert "Username or password is wrong" in text
    assert value_of("login", reply) == pair[0]
    assert client.get("/security/roles").status_code == 303


def test_sign_in_of_an_inactive_person_fails_like_a_wrong_password(client, administrator):
    administrator.is_active = False
    administrator.save(update_fields=["is_active"])

    assert "Username or password is wrong" in text_of(sign_in(client))


@pytest.mark.parametrize(
    "to", ["//evil.test", "/\\evil.test", "https:evil.test", "https://evil.test/", "javascript:1"]
)
def test_sign_in_next_accepts_only_local_paths(client, administrator, to):
    assert sign_in(client, next=to)["Location"] == "/"
    assert client.get(SIGN_IN, {"next": to})["Location"] == "/"


def test_sign_in_creates_a_session_that_sign_out_deletes(client, administrator):
    before = client.get("/security/clients") and client.session.session_key
    sign_in(client)
    key = client.session.session_key
    assert key != before

    assert client.post("/sign-out")["Location"] == SIGN_IN
    replayed = Browser()
    replayed.cookies[settings.SESSION_COOKIE_NAME] = key
    assert replayed.get("/security/clients").status_code == 303


def test_sign_in_never_goes_on_with_the_key_of_a_stranger(client, administrator, tenant):
    """Session fixation: a key that somebody else chose, or has, never becomes that of a sign-in."""
    begun = Browser()
    link = make_one_time_link(administrator, actor=command_line_in(tenant), now=timezone.now())
    begun.get(link.removeprefix(conf.public_url()))  # a session of nobody
    for key in ("a" * 32, begun.session.session_key):
        victim = Browser()
        victim.cookies[settings.SESSION_COOKIE_NAME] = key
        sign_in(victim)

        assert victim.cookies[settings.SESSION_COOKIE_NAME].value != key
        thief = Browser()
        thief.cookies[settings.SESSION_COOKIE_NAME] = key
        assert thief.get("/account").status_code == 303


def test_sign_out_by_get_is_not_allowed(administrator_browser):
    assert administrator_browser.get("/sign-out").status_code == 405
    assert administrator_browser.get("/security/clients").status_code == 200


def test_sign_in_after_too_many_wrong_passwords_says_how_long_to_wait(client, administrator):
    for _ in range(5):
        sign_in(client, password="wrong")
    refused = sign_in(client)

    assert refused.status_code == 429
    assert "Too many attempts" in text_of(refused)
    assert "Wait a minute, then try again." in text_of(refused)
    assert value_of("login", refused) == "mara"


def test_signed_out_page_returns_to_the_same_address(client, db):
    reply = client.get("/security/clients?q=pump")

    assert reply.status_code == 303
    assert reply["Location"] == "/sign-in?next=%2Fsecurity%2Fclients%3Fq%3Dpump"


def test_signed_out_fragment_returns_to_the_whole_page(client, db):
    headers = {**HTMX, "HX-Current-URL": "http://testserver/security/clients?q=pump"}
    reply = client.get("/security/clients/add", headers=headers)

    assert reply["HX-Redirect"] == "/sign-in?next=%2Fsecurity%2Fclients%3Fq%3Dpump"
    assert not reply.content


@pytest.mark.parametrize(
    ("target", "asked", "back"),
    [
        ("clients", "/security/clients?q=pump", "/security/clients?q=pump"),
        ("details", "/security/clients/{id}/roles?q=p", "/security/clients/{id}/roles?q=p"),
        ("activity", "/security/activity?q=pump", "/security/activity?q=pump"),
        (
            "window",
            "/security/clients/bulk/edit?clients=1",
            "/security/clients/bulk/edit?clients=1",
        ),
        ("clients", "/security/clients/live?since=1", "/security/roles"),
        ("details", "/security/clients/{id}/live/roles?since=1", "/security/roles"),
    ],
)
def test_signed_out_query_string_is_kept(client, machine, target, asked, back):
    """The address has filter and ticked rows; a poll leads to the page it polls for."""
    headers = {"HX-Request": "true", "HX-Target": target}
    headers["HX-Current-URL"] = "http://testserver/security/roles"
    reply = client.get(asked.format(id=machine.client.pk), headers=headers)

    wanted = back.format(id=machine.client.pk)
    assert reply["HX-Redirect"] == "/sign-in?" + urlencode({"next": wanted})


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_session_expired_between_continue_and_add_keeps_the_form(
    client, administrator, draft, headers
):
    ended = client.post("/security/clients/register", draft, headers=headers)

    assert ended.status_code == 403
    assert is_page(ended) is not bool(headers)
    assert "Your session has ended" in text_of(ended)
    kept = {f"kept.{name}": value for name, value in draft.items()}
    for name, value in kept.items():
        assert value_of(name, ended) == (value[0] if isinstance(value, list) else value)
    assert value_of("next", ended) == "/security/clients/register"

    form = {"login": "mara", "password": PASSWORD, "next": "/security/clients/register", **kept}
    wrong = client.post(SIGN_IN, form | {"password": "wrong"}, headers=headers)
    assert value_of("kept.name", wrong) == "Reservoir 3 gateway"

    back = client.post(SIGN_IN, form, headers=headers)
    assert back.status_code == 200
    assert "Step 2 of 2" in text_of(back)
    assert value_of("secret_description", back) == "Firmware 4.2"
    assert value_of("form_key", back) == draft["form_key"]
    assert not Client.objects.exists()  # nothing is saved before Add is pressed again

    assert plain_secret_in(client.post("/security/clients/register", draft))


def test_kept_form_returns_only_to_local_windows(client, administrator):
    form = {"login": "mara", "password": PASSWORD, "kept.x": "1", "next": "/session/stay"}

    assert client.post(SIGN_IN, form)["Location"] == "/session/stay"


def test_sign_in_stale_csrf_token_shows_the_form_filled(administrator):
    browser = Browser(enforce_csrf_checks=True)
    form = {"login": "mara", "password": PASSWORD, "next": "/security/roles"}
    reply = browser.post(SIGN_IN, form, headers={"Sec-Fetch-Site": "same-origin"})

    assert reply.status_code == 403
    assert value_of("login", reply) == "mara"
    assert PASSWORD not in text_of(reply)
    assert "This page was out of date." in text_of(reply)
    token = value_of("csrfmiddlewaretoken", reply)
    again = browser.post(SIGN_IN, form | {"csrfmiddlewaretoken": token})
    assert again["Location"] == "/security/roles"


def test_allauth_pages_are_not_found(client, db):
    for path in ("accounts/signup/", "signup", "login/", "accounts/email/", "password/reset/"):
        assert client.get(f"/{path}").status_code == 404


def test_forgot_password_without_mail_names_whom_to_ask(client, db):
    assert "Ask a Tenant Administrator" in text_of(client.get("/forgot-password"))


@pytest.mark.both_databases
def test_sign_in_of_an_unclaimed_installation_says_where_the_link_is(
    browser: Browser, tenant: Tenant
) -> None:
    words = "Open the one-time link that the server printed when it started."
    Person.objects.all().delete()

    assert words in text_of(browser.get("/sign-in"))
    person = make_person("mara", tenant, TENANT_ADMINISTRATOR)
    person.set_password(PASSWORD)
    person.save()
    assert words not in text_of(browser.get("/sign-in"))

"""What bad requests to the authorize endpoint get: the table of cases, with their sources.

Until the redirect URL is trusted, they get a page of the portal and nothing is sent anywhere; after
that, the application gets the error that its specification names.
"""

from typing import Any, Final
from urllib.parse import urlencode

import pytest
from django.test import Client as Browser

from clients_app.models import Api, Authorization, Client, Person
from tests.conftest import browser_of
from tests.factories import make_api, make_tenant
from tests.oauth.authorize.case import HERE, Case
from tests.oauth.authorize.refused_cases import REFUSED
from tests.oauth.authorize.requests import (
    AUTHORIZE,
    HTTPS_CALLBACK,
    ISSUER,
    LOOPBACK_CALLBACK,
    PRIVATE_CALLBACK,
    answer_of,
    ask,
    is_refused_here,
    params_of,
)
from tests.oauth.authorize.untrusted_cases import UNTRUSTED
from tests.oauth.wsgi import FORM
from tests.shared_rows import Share

pytestmark = pytest.mark.one_database  # rules decide

CASES: Final = {**UNTRUSTED, **REFUSED}


@pytest.fixture(scope="module")
def foreign_api(share: Share[Api]) -> None:
    """An API of another tenant."""
    assert share(
        lambda: make_api("Cranes", make_tenant("Cranes GmbH"), identifier="urn:cranes:orders")
    )


@pytest.fixture
def applications(application: Client, hybrid: Client) -> tuple[Client, Client]:
    return application, hybrid


@pytest.mark.parametrize(
    "is_signed_in",  # signed in, the statements are the same and more
    [pytest.param(True, id="signed in", marks=pytest.mark.both_databases), False],
    ids=["signed in", "signed out"],
)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_bad_request_gets_the_error_of_its_source_at_the_right_place(
    case: Case,
    is_signed_in: bool,
    client: Browser,
    applications: tuple[Client, Client],
    administrator: Person,
    foreign_api: None,
) -> None:
    browser = browser_of(administrator) if is_signed_in else client
    if "id_token_hint" in case.changes and not is_signed_in:
        case = case._replace(changes={**case.changes, "prompt": "none"}, gets="login_required")

    reply = ask(browser, params_of(applications[case.is_hybrid], **case.changes))

    if case.gets is HERE:
        assert is_refused_here(reply)
    else:
        answer = answer_of(reply)
        is_fragment = case.changes.get("response_type") == "code id_token"
        assert (answer.to, answer.mode) == (
            HTTPS_CALLBACK.partition("?")[0],
            "fragment" if is_fragment else "query",
        )
        assert answer.members["error"] == case.gets
        assert answer.members["iss"] == ISSUER
        assert answer.members.get("state") == ("af0ifjsldkj" if case.has_state else None)
        assert "code" not in answer.members
    assert reply["Cache-Control"].count("no-store") == 1
    assert not Authorization.objects.exists()


@pytest.mark.parametrize(
    "url",
    [HTTPS_CALLBACK, LOOPBACK_CALLBACK, "http://127.0.0.1:61234/callback", PRIVATE_CALLBACK],
)
def test_registered_redirect_uri_gets_the_answer(
    url: str, client: Browser, application: Client
) -> None:
    reply = ask(client, params_of(application, redirect_uri=url, prompt="none"))

    assert reply["Location"].startswith(f"{url}{'&' if '?' in url else '?'}error=login_required&")


@pytest.mark.parametrize(
    ("query", "status"),
    [("client_id=%zz", 400), ("client_id=%ff", 400), ("a=b&" * 101, 400), ("a=" + "b" * 9000, 400)],
    ids=["broken escape", "not UTF-8", "many parameters", "long"],
)
def test_unreadable_query_gets_a_page(
    query: str, status: int, client: Browser, application: Client
) -> None:
    reply = client.get(f"/identity/connect/authorize?{query}")

    assert reply.status_code == status
    assert "This sign-in cannot continue" in reply.content.decode()


@pytest.mark.parametrize("method", ["put", "delete", "patch", "options"])
def test_other_methods_are_refused(method: str, client: Browser, application: Client) -> None:
    reply = getattr(client, method)("/identity/connect/authorize")

    assert (reply.status_code, reply["Allow"]) == (405, "GET, POST")


@pytest.mark.parametrize("change", ["disabled", "removed", "machine"])
def test_client_that_signs_nobody_in_gets_a_page(
    change: str, client: Browser, application: Client, now: Any
) -> None:
    changes = {
        "disabled": {"is_enabled": False},
        "removed": {"removed_at": now},
        "machine": {"client_type": "client-credentials"},
    }
    Client.objects.update(**changes[change])

    assert is_refused_here(ask(client, params_of(application, prompt="none")))


@pytest.mark.parametrize("path", [AUTHORIZE, "/identity/connect/endsession"])
def test_post_with_a_secret_does_not_put_it_into_an_address(
    administrator_browser: Browser, application: Client, path: str
) -> None:
    sent = urlencode({"client_id": str(application.pk), "client_secret": "s1", "password": "s2"})

    reply = administrator_browser.post(path, sent, content_type=FORM)

    assert reply["Location"] == f"{path}?client_id={application.pk}"


def test_unknown_parameters_are_ignored_and_not_repeated(application: Client) -> None:
    address = ask(Browser(), params_of(application, password="s2", extra="a"))["Location"]

    assert address.startswith("/sign-in?next=")
    assert "s2" not in address
    assert "extra" not in address

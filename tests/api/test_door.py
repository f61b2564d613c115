"""The door of the REST API: who comes in, addresses, methods, bodies and errors."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError
from django.test import Client as Browser

from clients_app import conf
from clients_app.models import ClientSecret, Tenant
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from clients_app.services.clients.edits import set_enabled
from clients_app.services.clients.removal import remove_client
from tests.actors import command_line_in
from tests.api.conftest import Caller
from tests.api.replies import refused
from tests.factories import let_call, make_api, make_tenant
from tests.server.captured_logs import captured_logs

NO_TOKEN = "Send an access token in the Authorization header."
NOT_VALID = "The access token is not valid here."


def test_tenant_is_described(member: Caller) -> None:
    reply = member.get()

    assert reply.status_code == 200
    assert reply["Content-Type"] == "application/json"
    assert reply["Operation-Id"]
    body = reply.json()
    assert body == {
        "Id": str(member.tenant.pk),
        "CompanyName": "Herons Ltd",
        "State": 1,
        "Created": body["Created"],
        "LastUpdated": body["LastUpdated"],
        "Alias": "",
    }
    assert datetime.fromisoformat(body["Created"]).utcoffset() is not None


def test_head_of_the_tenant_has_no_content(member: Caller) -> None:
    reply = member.send("HEAD")
    assert (reply.status_code, reply.content) == (204, b"")


def test_options_name_the_methods(member: Caller) -> None:
    reply = member.send("OPTIONS", f"ClientCredentialClients/{member.client.pk}")
    assert (reply.status_code, reply.content) == (204, b"")
    assert set(reply["Allow"].split(", ")) >= {"GET", "HEAD", "OPTIONS"}


def test_call_without_a_token_is_refused(tenant: Tenant) -> None:
    for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"):
        reply = Caller("", tenant).send(method)
        assert reply.status_code == 401, method
        assert reply["WWW-Authenticate"] == 'Bearer realm="api"'
    refused(Caller("", tenant).get(), 401, NO_TOKEN)


def test_session_cookie_does_not_authorise(administrator_browser: Browser, tenant: Tenant) -> None:
    refused(administrator_browser.get(f"/api/v1/Tenants/{tenant.pk}"), 401, NO_TOKEN)


def test_token_does_not_open_pages(robot: Caller) -> None:
    reply = robot.get("/security/clients")
    assert (reply.status_code, reply["Location"][:9]) == (303, "/sign-in?")


@pytest.mark.parametrize("token", ["nonsense", "a.b.c", "\xe9", "eyJ" * 4000])
def test_forged_token_is_refused(tenant: Tenant, token: str) -> None:
    reply = Caller(token, tenant).get()
    refused(reply, 401, NOT_VALID)
    assert reply["WWW-Authenticate"] == (
        f'Bearer realm="api", error="invalid_token", error_description="{NOT_VALID}"'
    )


def test_scheme_of_the_header_ignores_case(member: Caller) -> None:
    token, member.token = member.token, ""
    assert member.get(Authorization=f"bearer  {token}").status_code == 200
    refused(member.get(Authorization=f"Basic {token}"), 401, NO_TOKEN)


def test_token_of_a_disabled_removed_or_secretless_client_is_refused_at_once(
    calling: Callable[..., Caller], now: datetime
) -> None:
    disabled, removed, retired = calling("One"), calling("Two"), calling("Three")
    actor = command_line_in(disabled.tenant)
    set_enabled(disabled.client, enabled=False, actor=actor, now=now)
    remove_client(removed.client, typed_name="Two", actor=actor, now=now)
    ClientSecret.objects.filter(client=retired.client).update(removed_at=now)

    for gone in (disabled, removed, retired):
        refused(gone.get(), 401, NOT_VALID)


def test_token_for_another_api_is_refused(calling: Callable[..., Caller], tenant: Tenant) -> None:
    caller = calling("Orders reader")
    refused_elsewhere = make_api("Orders", tenant, "orders.read")
    let_call(caller.client, refused_elsewhere, built_in=False)
    refused(caller.get(), 401, NOT_VALID)


def test_token_for_the_other_audience_of_the_built_in_api_is_refused(
    calling: Callable[..., Caller], settings: Any
) -> None:
    """JWT-4: services that get tokens for TOKEN_AUDIENCE would manage clients with them."""
    settings.TOKEN_AUDIENCE = "https://cds.example"
    caller = calling("Historian reader", TENANT_ADMINISTRATOR)
    reply = caller.get("ClientCredentialClients")

    sentence = (
        f"The access token is for another API. Request one with resource={conf.public_url()}."
    )
    refused(reply, 401, sentence)
    assert 'error="invalid_token"' in reply["WWW-Authenticate"]


def test_rights_are_those_of_the_database(robot: Caller) -> None:
    robot.client.roles.clear()

    refused(
        robot.get("ClientCredentialClients"),
        403,
        "Only people with a built-in role can see clients.",
    )


def test_another_tenant_looks_like_none(member: Caller) -> None:
    other = make_tenant("Cranes")
    for tenant_id in (other.pk, uuid4(), "nonsense", "%00", "é"):
        refused(member.get(f"/api/v1/Tenants/{tenant_id}"), 404, "There is no such tenant.")


@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/Tenants/{}",
        "/api/v1/tenants/{}/",
        "/API/V1/TENANTS/{}",
        "/Api/v1/Tenants/{}/",
    ],
)
def test_address_matches_ignoring_case_and_slash(member: Caller, address: str) -> None:
    for tenant_id in (str(member.tenant.pk), str(member.tenant.pk).upper()):
        reply = member.get(address.format(tenant_id))
        assert reply.status_code == 200, reply.content


@pytest.mark.parametrize(
    "address", ["/api", "/api/", "/api/v1", "/API/v2/Tenants", "/api/v1/x/y", "/api/v1/%0Ax"]
)
def test_unknown_address_is_not_found_by_any_method(member: Caller, address: str) -> None:
    for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        refused(member.send(method, address), 404, "There is nothing at this address.")
    refused(Caller("", member.tenant).get(address), 401, NO_TOKEN)


def test_method_that_does_not_exist_is_refused(member: Caller) -> None:
    for method in ("PATCH", "POST", "DELETE", "PROPFIND"):
        reply = member.send(method)
        refused(reply, 405, f'Method "{method}" not allowed.')
        assert set(reply["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_plain_http_is_refused_and_never_redirected(member: Caller, settings: Any) -> None:
    settings.PUBLIC_URL, settings.SECURE_SSL_REDIRECT = "https://portal.example.com", True
    refused(member.get(), 400, "Use https.")


def test_accept_is_ignored(member: Caller) -> None:
    assert member.get(Accept="text/html").json()["CompanyName"] == "Herons Ltd"


def test_failure_says_nothing_about_itself(member: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> Any:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("clients_app.api.views.tenant.get_tenant", fail)
    with captured_logs() as log:
        reply = member.get()
    refused(reply, 500, "The server failed.")
    [line] = [line for line in log.text.splitlines() if "clients_app.api" in line]
    assert reply["Operation-Id"] in line
    assert "secret detail" in log.text


def test_database_that_is_away_is_said_with_a_time(
    member: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> Any:
        raise OperationalError("database is locked")

    monkeypatch.setattr("clients_app.api.views.tenant.get_tenant", fail)
    reply = member.get()
    refused(
        reply,
        503,
        "The database is locked by another program or by other changes. Nothing was changed.",
    )
    assert reply["Retry-After"] == "5"


def test_database_that_is_away_from_the_start_is_said_once(
    member: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def fail(*_: Any) -> Any:
        asked.append(1)
        raise OperationalError("database is locked")

    monkeypatch.setattr("clients_app.api.authentication.active_token", fail)
    for origin in ("", "https://app.example.com"):
        reply = member.get(**({"Origin": origin} if origin else {}))
        assert (reply.status_code, reply["Content-Type"]) == (503, "application/json")
    assert len(asked) == 2

"""Scripts of an application's own sites that call the REST API."""

from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client as Browser

from clients_app.api import cors
from clients_app.models import Client, Tenant
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from clients_app.services.signing_keys.rotation import ensure_active_key
from tests.api.conftest import Caller
from tests.api.person_tokens import token_for
from tests.factories import make_application, make_person

ORIGIN = "https://rooms.example"
EVIL = "https://evil.example"
ALLOWED = "Access-Control-Allow-Origin"


@pytest.fixture
def application(tenant: Tenant) -> Client:
    return make_application("Rooms", tenant, cors_origins=(ORIGIN,), skips_consent=True)


@pytest.fixture
def script(application: Client, tenant: Tenant, now: Any) -> Caller:
    """A script of the application, which acts for an administrator."""
    ensure_active_key(now=now)
    person = make_person("mara", tenant, TENANT_ADMINISTRATOR)
    return Caller(token_for(person, application), tenant, application)


def preflight(tenant: Tenant, origin: str, rest: str = "/Roles", **more: str) -> Any:
    headers = {"Origin": origin, "Access-Control-Request-Method": "POST", **more}
    return Browser().options(f"/api/v1/Tenants/{tenant.pk}{rest}", headers=headers)


def test_preflight_of_a_registered_origin_is_answered_without_a_token(
    application: Client, tenant: Tenant
) -> None:
    reply = preflight(tenant, ORIGIN)
    assert (reply.status_code, reply.content) == (204, b"")
    assert reply[ALLOWED] == ORIGIN
    assert set(reply["Access-Control-Allow-Methods"].split(", ")) == {
        *("GET", "HEAD", "POST", "OPTIONS"),
    }
    assert "Idempotency-Key" in reply["Access-Control-Allow-Headers"]
    assert reply["Access-Control-Max-Age"] == "600"
    assert "Origin" in reply["Vary"]
    assert "Access-Control-Allow-Credentials" not in reply


@pytest.mark.parametrize(
    "origin", [EVIL, "null", "https://rooms.example:444", "http://rooms.example"]
)
def test_preflight_of_another_origin_is_refused(
    application: Client, tenant: Tenant, origin: str
) -> None:
    reply = preflight(tenant, origin)
    assert reply.status_code == 401
    assert ALLOWED not in reply
    Client.objects.update(is_enabled=False)
    assert ALLOWED not in preflight(tenant, ORIGIN)


def test_script_of_the_application_reads_every_answer(script: Caller) -> None:
    added = script.post("Roles", {"Name": "Valve"}, Origin=ORIGIN, Sec_Fetch_Site="cross-site")
    assert added.status_code == 201
    for reply in (
        added,
        script.get("Roles", Origin=ORIGIN),
        script.get("Activity?format=csv", Origin=ORIGIN),
        script.post("Roles", {"Name": "Valve"}, Origin=ORIGIN),
        script.get("Nothing", Origin=ORIGIN),
        Caller("expired", script.tenant).get("Roles", Origin=ORIGIN),
    ):
        assert reply[ALLOWED] == ORIGIN, reply.status_code
        assert "Operation-Id" in reply["Access-Control-Expose-Headers"]
        assert "Access-Control-Allow-Credentials" not in reply
        if reply.streaming:
            list(reply.streaming_content)


def test_other_origins_read_nothing(script: Caller, robot: Caller) -> None:
    for reply in (
        script.get("Roles", Origin=EVIL),
        script.get("Nothing", Origin=EVIL),
        robot.get("Roles", Origin=ORIGIN),  # of another client
        Caller("expired", script.tenant).get("Roles", Origin=EVIL),
    ):
        assert ALLOWED not in reply


def test_origin_that_cannot_be_looked_up_reads_nothing(
    script: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> Any:
        raise OperationalError("database is locked")

    monkeypatch.setattr(cors, "is_own_origin", fail)
    reply = script.get("Roles", Origin=ORIGIN)
    assert (reply.status_code, ALLOWED in reply) == (200, False)

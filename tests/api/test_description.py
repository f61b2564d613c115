"""The OpenAPI description of the REST API, and what schemathesis finds with it."""

from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
import schemathesis
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client as Browser
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from clients_app.api.urls import urlpatterns
from tests.api.conftest import Caller
from tests.credentials import insert_identities, insert_keys
from tests.factories import make_api, make_application, make_client, make_role
from tests.sampling import sampled

DESCRIPTION: Final = "/api/v1/openapi.json"
CHECKS: Final = [
    not_a_server_error,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
]
EXAMPLES: Final = 3  # of each operation and mode; `make scan` takes more


def test_description_has_every_address_and_is_open(browser: Browser) -> None:
    reply = browser.get(DESCRIPTION)

    assert (reply.status_code, reply["Content-Type"]) == (200, "application/json")
    document = reply.json()
    assert document["openapi"] == "3.1.0"
    described = {path.replace("{", "<str:").replace("}", ">") for path in document["paths"]}
    routes = {f"/{one.pattern}" for one in urlpatterns}
    assert described == {route for route in routes if "Tenants" in route}
    schemas = set(document["components"]["schemas"])
    used = set()
    for name in str(document).split("#/components/schemas/")[1:]:
        used.add(name.partition("'")[0])
    assert used == schemas


def test_descriptions_of_credentials_name_their_own_kind(browser: Browser) -> None:
    described = {
        address.rpartition("/")[2]: {name: call["description"] for name, call in calls.items()}
        for address, calls in browser.get(DESCRIPTION).json()["paths"].items()
        if "/ClientCredentialClients/" in address
    }

    assert described["{secret_id}"]["get"] == "Return the secret without its value."
    for part in ("PublicKeys", "{key_id}", "FederatedIdentities", "{identity_id}"):
        assert "secret" not in str(described[part]).lower()
    assert "identit" not in str([described["PublicKeys"], described["{key_id}"]]).lower()


def test_description_takes_no_parameters(browser: Browser) -> None:
    assert browser.get(f"{DESCRIPTION}?format=yaml").status_code == 400


@pytest.fixture
def application() -> Iterator[Any]:
    """The portal as a WSGI application that keeps the connection of the test open."""
    signals.request_started.disconnect(close_old_connections)
    signals.request_finished.disconnect(close_old_connections)
    portal = get_wsgi_application()
    yield lambda environ, start: portal({"REMOTE_ADDR": "127.0.0.1"} | environ, start)
    signals.request_started.connect(close_old_connections)
    signals.request_finished.connect(close_old_connections)


@pytest.fixture
def values(robot: Caller) -> dict[str, dict[str, Any]]:
    """Ids of rows, by the word in the address."""
    tenant = robot.tenant
    pump = make_client("Pump", tenant)
    rooms = make_application("Rooms", tenant)
    desk = make_application("Desk", tenant, client_type="hybrid")
    common = {
        "tenant_id": str(tenant.pk),
        "role_id": str(make_role("Reader", tenant).pk),
        "api_id": str(make_api("Orders", tenant, "read").pk),
        "secret_id": str(pump.secret.pk if pump.secret else 0),
        "key_id": str(insert_keys(pump.client, 1)[0].pk),
        "identity_id": str(insert_identities(pump.client, 1)[0].pk),
    }
    ids = {
        "ClientCredentialClients": pump.client,
        "AuthorizationCodeClients": rooms,
        "HybridClients": desk,
    }
    return {word: {**common, "client_id": str(client.pk)} for word, client in ids.items()}


def rejects_negative_data(context: Any, response: Any, case: Any) -> Any:
    """Check it, except 412: an If-Match that fits nothing is refused before the rest is read."""
    return None if response.status_code == 412 else negative_data_rejection(context, response, case)


@pytest.mark.one_database
@pytest.mark.parametrize("mode", sampled([GenerationMode.NEGATIVE, GenerationMode.POSITIVE]))
def test_schemathesis_finds_nothing(
    mode: GenerationMode, robot: Caller, values: dict[str, dict[str, Any]], application: Any
) -> None:
    schema = schemathesis.openapi.from_wsgi(DESCRIPTION, application)
    checks = [*CHECKS, *([rejects_negative_data] if mode is GenerationMode.NEGATIVE else [])]
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) > 60
    found, statuses = [], set[int]()
    for operation in operations:
        try:
            statuses |= _try(operation, mode, robot, values, checks)
        except (Exception, BaseExceptionGroup) as failure:
            found.append(f"{operation.label}: {failure}")
    assert not found, "\n".join(found)
    assert statuses >= ({200, 201, 204} if mode is GenerationMode.POSITIVE else {400, 404})


def _try(
    operation: Any,
    mode: GenerationMode,
    robot: Caller,
    values: dict[str, dict[str, Any]],
    checks: list[Callable[..., Any]],
) -> set[int]:
    """Try some cases; return the statuses of their answers."""
    word = next((word for word in values if f"/{word}" in operation.path), "")
    ids = values[word or "ClientCredentialClients"]

    statuses = set()
    known = {name: value for name, value in ids.items() if f"{{{name}}}" in operation.path}

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode, path_parameters=known))
    def run(case: Any) -> None:
        headers = {"Authorization": f"Bearer {robot.token}"}
        statuses.add(case.call_and_validate(headers=headers, checks=checks).status_code)

    run()
    return statuses

"""Form data and addresses for the screens of the portal."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from time_machine import TimeMachineFixture

from clients_app.models import ApiUsage, Client, Person, Role, Tenant
from clients_app.services.usage import counts, refused_requests
from tests.conftest import Machine, browser_of
from tests.factories import give_app, insert_usage, make_api, make_role
from tests.soft_authenticator import SoftPasskey, add_passkey


@pytest.fixture
def still_clock(now: datetime, time_machine: TimeMachineFixture) -> None:
    """Time stands still: what a page counts again every ten seconds is not counted in between."""
    time_machine.move_to(now, tick=False)


@pytest.fixture
def my_data_role(tenant: Tenant) -> Role:
    return make_role("MyData.Role", tenant)


@pytest.fixture
def draft(my_data_role: Role) -> dict[str, Any]:
    """The form data of both windows of Add Client."""
    return {
        "form_key": "a-key-of-this-very-form",
        "name": "Reservoir 3 gateway",
        "roles": [str(my_data_role.pk)],
        "token_lifetime": "900",
        "description": "Level and flow",
        "contact": "North district",
        "tags": "reservoir, north",
        "secret_description": "Firmware 4.2",
        "expiration": f"{time.gmtime().tm_year + 1}-01-31 10:15",
    }


@pytest.fixture
def first(draft: dict[str, Any]) -> dict[str, Any]:
    """The form data of the first window alone."""
    return {name: draft[name] for name in draft if name not in ("secret_description", "expiration")}


@pytest.fixture
def address(machine: Machine) -> Callable[..., str]:
    """A function that returns an address below the machine's client, or another client."""

    def address(rest: str = "", client: Client | None = None) -> str:
        return f"/security/clients/{(client or machine.client).pk}{rest}"

    return address


@pytest.fixture
def rotate_address(machine: Machine, address: Callable[..., str]) -> str:
    """The address of Rotate Secret for the machine's secret."""
    return address(f"/secrets/{machine.secret.pk}/rotate")


@pytest.fixture
def rotation_form(draft: dict[str, Any], machine: Machine) -> dict[str, str]:
    """The form data of Rotate Secret."""
    names = ("form_key", "secret_description", "expiration")
    kept = {name: draft[name] for name in names}
    return {**kept, "replaces": str(machine.secret.pk), "old": "24h", "old_end": ""}


def record_use(secret: Any, at: datetime, tokens: int = 1, address: str = "10.20.4.18") -> None:
    """Record that a secret, key or identity got ``tokens``, the last one at ``at``."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    insert_usage(secret, hour, tokens=tokens, last_at=at, last_address=address)


@pytest.fixture
def app_secret(colleague: Person) -> str:
    """The secret of Jonas's app."""
    return give_app(colleague)


@pytest.fixture
def edit_client_address(address):
    return address("/edit")


@pytest.fixture
def edit_client_form(machine):
    """The form data of the window as it opens."""
    return {
        "version": "1",
        "name": "Wind park reader",
        "token_lifetime": "3600",
        "description": "",
        "contact": "",
        "tags": "",
    }


@pytest.fixture
def url_client_form():
    """The form data; the first URL is the typed one, the others are already listed."""
    return {
        "form_key": "a-key-of-this-very-form",
        "name": "Operations map",
        "redirect_uris": ["https://map.example/b", "https://map.example/a"],
        "post_logout_redirect_uris": [""],
        "token_lifetime": "900",
    }


@pytest.fixture
def register_application(administrator_browser, url_client_form):
    """A function that adds an Authorization Code client with these fields; returns the status."""

    def register_application(**fields: list[str]) -> int:
        address = "/security/clients/register/authorization-code"
        return administrator_browser.post(address, url_client_form | fields).status_code

    return register_application


@pytest.fixture
def csrf_browser(administrator):
    browser = browser_of(administrator)
    browser.handler.enforce_csrf_checks = True
    return browser


@pytest.fixture
def expect_refused(
    colleague_browser: Browser, stranger_browser: Browser, client: Browser
) -> Callable[..., None]:
    """A function that checks that a viewer, a stranger and nobody may not use an address."""

    def expect_refused(method: str, address: str, form: dict[str, Any] | None = None) -> None:
        assert getattr(colleague_browser, method)(address, form).status_code == 403
        assert getattr(stranger_browser, method)(address, form).status_code == 404
        assert getattr(client, method)(address, form).status_code in (303, 403)

    return expect_refused


@pytest.fixture
def orders(tenant):
    return make_api(
        "Orders", tenant, "orders.read", "orders.write", identifier="urn:example:orders"
    )


@pytest.fixture
def sales(tenant):
    return make_api("Sales", tenant, "sell", identifier="urn:example:sales")


@pytest.fixture
def tab(address):
    return address("/apis")


@pytest.fixture
def edit(tab):
    """The address of Edit APIs."""
    return f"{tab}/edit"


@pytest.fixture
def use(machine, now):
    """A function that counts a token for an API."""

    def use(api, scope="", **more):
        hour = now - timedelta(days=1)
        counted = {"hour": hour, "last_at": hour, "tokens": 3, "is_named": True, **more}
        ApiUsage.objects.create(client=machine.client, api=api, scope=scope, **counted)

    return use


@pytest.fixture
def laptop(colleague_browser: Browser) -> SoftPasskey:
    """Jonas's passkey."""
    return add_passkey(colleague_browser)[0]


@pytest.fixture
def nothing_counted():
    """Nothing that other tests had counted is left to be stored."""
    refused_requests.refused.take()
    counts.issued.take()

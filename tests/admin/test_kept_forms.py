"""Forms of the admin site come back filled after a stale page or an expired session."""

from typing import Any

import pytest
from django.test import Client as Browser

from clients_app.models import Client, Person, Tenant
from tests.admin.add_client_form import ADD_CLIENT_FORM, add_client_address
from tests.portal_process import PASSWORD
from tests.responses import text_of, value_of


def assert_filled(reply: Any) -> None:
    """Check that the form has all typed values and that nothing was added."""
    shown = {name: value_of(name, reply) for name in ADD_CLIENT_FORM}
    assert shown == ADD_CLIENT_FORM | {"never_expires": ""}
    assert 'name="never_expires" id="id_never_expires" checked' in text_of(reply)
    assert not Client.objects.exists()


def test_stale_form_is_returned_filled_and_can_be_sent(staff: Browser, tenant: Tenant) -> None:
    staff.handler.enforce_csrf_checks = True
    address = add_client_address(tenant)

    reply = staff.post(address, ADD_CLIENT_FORM, headers={"Sec-Fetch-Site": "same-origin"})

    assert reply.status_code == 403
    assert "This page was out of date." in text_of(reply)
    assert_filled(reply)
    token = value_of("csrfmiddlewaretoken", reply)
    assert staff.post(address, ADD_CLIENT_FORM | {"csrfmiddlewaretoken": token}).status_code == 200
    assert Client.objects.get().name == ADD_CLIENT_FORM["name"]


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "cross-site"}])
def test_form_of_another_site_is_refused(
    staff: Browser, tenant: Tenant, headers: dict[str, str]
) -> None:
    staff.handler.enforce_csrf_checks = True

    reply = staff.post(add_client_address(tenant), ADD_CLIENT_FORM, headers=headers)

    assert reply.status_code == 403
    assert ADD_CLIENT_FORM["name"] not in text_of(reply)
    assert not Client.objects.exists()


def test_expired_session_returns_to_the_form_filled(operator: Person, tenant: Tenant) -> None:
    browser, address = Browser(), add_client_address(tenant)
    asked = browser.post(address, ADD_CLIENT_FORM)
    assert asked.status_code == 403
    assert "Your session has ended" in text_of(asked)

    form = {"login": operator.username, "password": PASSWORD, "next": address}
    form |= {f"kept.{name}": value_of(f"kept.{name}", asked) or "" for name in ADD_CLIENT_FORM}
    reply = browser.post("/sign-in", form)

    assert reply.status_code == 200
    assert_filled(reply)

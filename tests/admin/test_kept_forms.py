"""What Staff typed survives: after a stale page and an ended session the form comes back filled."""

from typing import Any

import pytest
from django.test import Client as Browser

from clients_app.models import Client, Person, Tenant
from tests.admin.add_client_form import TYPED, address_in
from tests.portal_process import PASSWORD
from tests.responses import text_of, value_of


def assert_filled(reply: Any) -> None:
    """Check that the form holds all that was typed, and that nothing was added."""
    shown = {name: value_of(name, reply) for name in TYPED}
    assert shown == TYPED | {"never_expires": ""}
    assert 'name="never_expires" id="id_never_expires" checked' in text_of(reply)
    assert not Client.objects.exists()


def test_stale_form_is_returned_filled_and_can_be_sent(staff: Browser, tenant: Tenant) -> None:
    staff.handler.enforce_csrf_checks = True
    address = address_in(tenant)

    reply = staff.post(address, TYPED, headers={"Sec-Fetch-Site": "same-origin"})

    assert reply.status_code == 403
    assert "This page was out of date." in text_of(reply)
    assert_filled(reply)
    token = value_of("csrfmiddlewaretoken", reply)
    assert staff.post(address, TYPED | {"csrfmiddlewaretoken": token}).status_code == 200
    assert Client.objects.get().name == TYPED["name"]


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "cross-site"}])
def test_form_of_another_site_is_refused(
    staff: Browser, tenant: Tenant, headers: dict[str, str]
) -> None:
    staff.handler.enforce_csrf_checks = True

    reply = staff.post(address_in(tenant), TYPED, headers=headers)

    assert reply.status_code == 403
    assert TYPED["name"] not in text_of(reply)
    assert not Client.objects.exists()


def test_expired_session_returns_to_the_form_filled(operator: Person, tenant: Tenant) -> None:
    browser, address = Browser(), address_in(tenant)
    asked = browser.post(address, TYPED)
    assert asked.status_code == 403
    assert "Your session has ended" in text_of(asked)

    form = {"login": operator.username, "password": PASSWORD, "next": address}
    form |= {f"kept.{name}": value_of(f"kept.{name}", asked) or "" for name in TYPED}
    reply = browser.post("/sign-in", form)

    assert reply.status_code == 200
    assert_filled(reply)

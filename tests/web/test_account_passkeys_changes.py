"""Passkeys in Account that are renamed, removed or demanded."""

from datetime import timedelta
from typing import Final

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client as Browser

from clients_app.models import AuditEvent, Person, Tenant
from tests.conftest import browser_of
from tests.factories import code_of
from tests.responses import text_of
from tests.soft_authenticator import ADD, add_passkey
from tests.web.second_factor import SET_UP, key_in, last_action
from tests.web.test_account_passkeys import last_change, rows

EXPIRED_PROOF: Final = timedelta(minutes=21)


LAST: Final = "You need a second factor. Add another one first."


def test_passkey_is_renamed(colleague_browser: Browser) -> None:
    add_passkey(colleague_browser, "Laptop")
    address = f"/account/passkeys/{rows()[0].pk}/rename"
    assert 'value="Laptop"' in text_of(colleague_browser.get(address))

    assert colleague_browser.post(address, {"name": "Phone"}).status_code == 303

    assert last_change() == ("person.passkey.renamed", {"passkey": "Laptop"}, {"passkey": "Phone"})
    assert "Phone" in text_of(colleague_browser.get("/account"))
    colleague_browser.post(address, {"name": "Phone"})
    assert AuditEvent.objects.filter(action="person.passkey.renamed").count() == 1
    long = colleague_browser.post(address, {"name": "a" * 100})
    assert long.status_code == 422


def test_passkey_that_is_removed_is_recorded(colleague_browser: Browser) -> None:
    add_passkey(colleague_browser, "Laptop")

    reply = colleague_browser.post(f"/account/passkeys/{rows()[0].pk}/remove")

    assert reply.status_code == 303
    assert last_change() == ("person.passkey.removed", {"passkey": "Laptop"}, {})
    assert "Passkey Laptop removed. Other sessions are signed out." in text_of(
        colleague_browser.get("/account")
    )
    assert not Authenticator.objects.exists()


def test_passkey_of_another_person_is_not_found(
    colleague_browser: Browser, administrator_browser: Browser, stranger_browser: Browser
) -> None:
    add_passkey(colleague_browser)
    address = f"/account/passkeys/{rows()[0].pk}"
    for browser in (administrator_browser, stranger_browser):
        for what in ("rename", "remove"):
            assert browser.post(f"{address}/{what}", {"name": "Mine"}).status_code == 404
        assert browser.get(f"{address}/rename").status_code == 404
    assert rows()[0].data["name"] == "Laptop"


@pytest.mark.parametrize("what", ["add", "rename", "remove"])
def test_passkey_with_an_old_proof_asks_to_confirm_identity(colleague: Person, what: str) -> None:
    add_passkey(browser_of(colleague))
    path = ADD if what == "add" else f"/account/passkeys/{rows()[0].pk}/{what}"

    reply = browser_of(colleague, proof_age=EXPIRED_PROOF).post(path, {"name": "Phone"})

    assert "Confirm your identity" in text_of(reply)
    assert [row.data["name"] for row in rows()] == ["Laptop"]


class TestDemanded:
    @pytest.fixture(autouse=True)
    def _factor_policy(self, tenant: Tenant) -> None:
        Tenant.objects.filter(pk=tenant.pk).update(mfa_for_administrators=True)

    def test_passkey_is_the_second_factor_that_a_policy_demands(
        self, administrator_browser: Browser
    ) -> None:
        page = administrator_browser.get("/security/clients", follow=True)
        assert "Add a passkey instead" in text_of(page)
        assert "Two-factor authentication is required." in text_of(administrator_browser.get(ADD))

        add_passkey(administrator_browser)

        assert administrator_browser.get("/security/clients").status_code == 200
        assert administrator_browser.get("/admin/").status_code == 200

    def test_last_factor_of_somebody_who_must_have_one_stays(
        self, administrator: Person, administrator_browser: Browser
    ) -> None:
        add_passkey(administrator_browser, "Laptop")
        remove = f"/account/passkeys/{rows()[0].pk}/remove"
        for path in (remove, f"/security/users/{administrator.pk}/factor"):
            reply = administrator_browser.post(path)
            assert reply.status_code == 409
            assert LAST in text_of(reply)
        assert len(rows()) == 1
        assert last_action() == "person.passkey.added"

        key = key_in(administrator_browser.get(SET_UP))
        administrator_browser.post(SET_UP, {"code": code_of(key)})
        assert administrator_browser.post(remove).status_code == 303
        reply = administrator_browser.post("/account/authenticator/remove")
        assert reply.status_code == 409
        assert LAST in text_of(reply)
        assert last_action() == "person.passkey.removed"

    def test_person_without_passkeys_is_listed_as_lacking_a_factor(
        self, administrator: Person, administrator_browser: Browser
    ) -> None:
        add_passkey(administrator_browser)
        users = text_of(administrator_browser.get(f"/security/users/{administrator.pk}"))
        assert "Passkey" in users
        form = {"mfa_for_administrators": "on", "version": "2"}
        check = text_of(administrator_browser.post("/security/policies/check", form))
        assert "Without two-factor authentication" not in check


def test_reset_second_factor_removes_passkeys(
    administrator_browser: Browser, colleague: Person, colleague_browser: Browser
) -> None:
    add_passkey(colleague_browser)
    address = f"/security/users/{colleague.pk}/factor"
    assert "has: Passkey." in text_of(administrator_browser.get(address))

    administrator_browser.post(address)

    assert not Authenticator.objects.exists()
    assert last_action() == "person.mfa.removed"

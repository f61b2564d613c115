"""Account: password, theme, time zone and shortcuts, each in its own form."""

import pytest

from clients_app.models import AuditEvent
from clients_app.rules.built_in_roles import (
    SECRET_ROTATOR,
    TENANT_ADMINISTRATOR,
    TENANT_AUDITOR,
    TENANT_CONTRIBUTOR,
    TENANT_MEMBER,
    TENANT_VIEWER,
)
from tests.conftest import browser_of
from tests.factories import make_person, role_id
from tests.hashing import hashing_outside_transactions
from tests.portal_process import PASSWORD
from tests.refused_values import refused_values
from tests.responses import text_of

NEW_PASSWORD = "Four-white-egrets-4"


def change_password(browser, **fields: str):
    typed = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    return browser.post("/account/password", typed | fields)


def test_change_password_ends_other_sessions_and_is_recorded(colleague_browser, colleague, browser):
    elsewhere = browser_of(colleague)

    reply = change_password(colleague_browser)

    assert (reply.status_code, reply["Location"]) == (303, "/account")
    assert "Password changed." in text_of(colleague_browser.get("/account"))
    assert elsewhere.get("/account").status_code == 303
    colleague.refresh_from_db()
    assert colleague.check_password(NEW_PASSWORD)
    event = AuditEvent.objects.get(action="person.password.chosen")
    assert event.actor_id == event.object_id == str(colleague.pk)


@refused_values(
    oldpassword={"wrong-wrong-wrong": "current password"},
    password1={
        "heron-egret": "at least 12",
        "qwertyuiopasdfgh": "easy to guess",
    },
    password2={"Four-white-egrets-5": "same password"},
)
def test_change_password_invalid_is_refused(colleague_browser, colleague, name, value, sentence):
    reply = change_password(colleague_browser, **{name: value})

    assert reply.status_code == 422
    text = text_of(reply)
    assert "<title>Error: Account" in text
    assert f'id="id_{name}_error"' in text
    assert sentence in text
    assert value not in text
    colleague.refresh_from_db()
    assert colleague.check_password(PASSWORD)


def test_change_password_hashes_before_it_locks(colleague_browser):
    """A transaction that holds the form's key never waits for Argon2id."""
    with hashing_outside_transactions() as runs:
        assert change_password(colleague_browser).status_code == 303

    assert len(runs) >= 2  # of the current password, and of the new one


def test_change_password_repeated_guesses_are_rate_limited(colleague_browser):
    replies = [change_password(colleague_browser, oldpassword=f"wrong-{n}") for n in range(7)]

    assert replies[0].status_code == 422
    assert replies[-1].status_code == 429
    assert "Too many wrong attempts." in text_of(replies[-1])


def test_time_zone_of_the_person_is_used_for_times(administrator_browser, machine):
    window = f"/security/clients/{machine.client.pk}/secrets/add"
    assert "Times are in UTC" in text_of(administrator_browser.get(window))

    reply = administrator_browser.post("/account/time-zone", {"time_zone": "Asia/Kathmandu"})

    assert (reply.status_code, reply["Location"]) == (303, "/account")
    assert "Times are in Asia/Kathmandu" in text_of(administrator_browser.get(window))
    administrator_browser.post("/account/time-zone", {"time_zone": ""})
    assert "Times are in UTC" in text_of(administrator_browser.get(window))


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "\x00", "Etc/GMT+3"])
def test_time_zone_unknown_is_refused(colleague_browser, colleague, zone):
    reply = colleague_browser.post("/account/time-zone", {"time_zone": zone})

    assert reply.status_code == 422
    assert "Choose a time zone from the list." in text_of(reply)
    colleague.refresh_from_db()
    assert colleague.time_zone == ""


@pytest.mark.parametrize("part", ["password", "time-zone"])
def test_account_reload_after_an_error_returns_to_account(colleague_browser, part):
    assert colleague_browser.get(f"/account/{part}")["Location"] == "/account"


@pytest.mark.parametrize(
    ("roles", "shown"),
    [
        ((TENANT_AUDITOR,), "Tenant Auditor"),
        ((SECRET_ROTATOR, TENANT_VIEWER), "Secret Rotator"),
        ((TENANT_AUDITOR, SECRET_ROTATOR), "Secret Rotator"),
        ((TENANT_ADMINISTRATOR, SECRET_ROTATOR), "Tenant Administrator"),
        ((TENANT_VIEWER, TENANT_CONTRIBUTOR), "Tenant Contributor"),
        ((), "Tenant Member"),
    ],
)
def test_person_is_called_by_their_strongest_role(tenant, roles, shown):
    person = make_person("ann", tenant, *roles)
    person.roles.add(role_id(tenant, TENANT_MEMBER))
    page = text_of(browser_of(person).get("/account"))

    assert f'<span class="account-role">{shown}</span>' in page

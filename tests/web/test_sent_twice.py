"""Forms that are sent twice act once, and the second response says what the first one did (WEB-16).

The second request carries the cookies of the first, as a double click without JavaScript sends it:
its session may have ended, and nobody sees the first response.
"""

from copy import deepcopy
from datetime import datetime
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client as Browser

from clients_app import conf
from clients_app.identity.one_time_links import make_one_time_link
from clients_app.models import (
    AuditEvent,
    CalendarFeed,
    Delivery,
    NoticeChannel,
    Person,
    Role,
    SigningKey,
    Tenant,
)
from tests.actors import command_line_in
from tests.conftest import browser_of
from tests.factories import code_of, give_app, make_person
from tests.portal_process import PASSWORD
from tests.responses import text_of, value_of
from tests.web.second_factor import SET_UP, key_in, recovery_codes_in, sign_in

pytestmark = pytest.mark.both_databases

KEY = "a-key-of-this-very-form"
NOTICES = "/security/notices"
NEW_PASSWORD = "Four-white-egrets-4"


def send_twice(browser: Browser, address: str, **form: str) -> tuple[Any, Any]:
    """Return both responses; the browser keeps the cookies of the second."""
    cookies = deepcopy(browser.cookies)
    form = {"form_key": KEY, **form}
    first = browser.post(address, form)
    browser.cookies = cookies
    return first, browser.post(address, form)


def said(browser: Browser, reply: Any) -> str:
    """Return the text of the response, or of the page that it redirects to."""
    while reply.status_code in {302, 303}:
        reply = browser.get(reply["Location"])
    return text_of(reply)


def count(action: str) -> int:
    return AuditEvent.objects.filter(action=action).count()


def test_every_plain_form_has_a_key_of_its_own(administrator_browser: Browser) -> None:
    administrator_browser.post(f"{NOTICES}/webhook", {"url": "https://hooks.example.com/"})
    administrator_browser.post(f"{NOTICES}/calendar", {"seen": ""})

    page = text_of(administrator_browser.get(NOTICES))

    keys = page.split('name="form_key" value="')[1:]
    assert len({key[:24] for key in keys}) == len(keys) == page.count(f'action="{NOTICES}/')


def test_new_recovery_codes_sent_twice_keeps_the_first_codes(
    colleague_browser: Browser,
) -> None:
    browser = colleague_browser
    key = key_in(browser.get(SET_UP))
    browser.post(SET_UP, {"code": code_of(key)})
    first, second = send_twice(browser, "/account/recovery-codes")

    stored = Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES).wrap()
    assert stored.get_unused_codes() == recovery_codes_in(first)
    assert (
        "New recovery codes were created. If you did not see them, create new ones again."
        in said(browser, second)
    )
    assert count("person.recovery-codes.made") == 1


def test_set_up_app_sent_twice_says_that_it_is_set_up(colleague_browser: Browser) -> None:
    key = key_in(colleague_browser.get(SET_UP))

    first, second = send_twice(colleague_browser, SET_UP, code=code_of(key))

    assert len(recovery_codes_in(first)) == 10
    text = said(colleague_browser, second)
    assert "The authenticator app is set up. If you did not see its recovery codes" in text
    assert "nothing was saved" not in text
    assert count("person.mfa.added") == 1


def test_refused_form_can_be_sent_again(colleague_browser: Browser) -> None:
    key = key_in(colleague_browser.get(SET_UP))
    wrong = colleague_browser.post(SET_UP, {"form_key": KEY, "code": code_of(key, step=100)})
    assert wrong.status_code == 422

    done = colleague_browser.post(SET_UP, {"form_key": KEY, "code": code_of(key)})

    assert len(recovery_codes_in(done)) == 10


def test_first_webhook_sent_twice_says_where_its_secret_is(administrator_browser: Browser) -> None:
    first, second = send_twice(
        administrator_browser, f"{NOTICES}/webhook", url="https://hooks.example.com/"
    )

    assert "id_signing_secret" in text_of(first)
    assert "If you did not see a new signing secret" in said(administrator_browser, second)
    assert NoticeChannel.objects.count() == 1


@pytest.mark.parametrize(
    ("part", "sentence", "action"),
    [
        ("webhook/secret", "A new signing secret was created.", "channel.secret.renewed"),
        ("calendar", "A new calendar link was created.", "calendar.made"),
        ("webhook/test", "A test is on its way.", "notice.tested"),
        ("webhook/remove", "Removed.", "channel.removed"),
        ("calendar/remove", "The calendar link no longer works.", "calendar.removed"),
    ],
)
def test_notices_button_sent_twice_acts_once(
    administrator_browser: Browser, part: str, sentence: str, action: str
) -> None:
    browser = administrator_browser
    browser.post(f"{NOTICES}/webhook", {"url": "https://hooks.example.com/"})
    if part == "calendar/remove":
        browser.post(f"{NOTICES}/calendar", {"seen": ""})
    page = browser.get(NOTICES)
    seen = value_of("seen", page) if part == "webhook/secret" else ""

    first, second = send_twice(browser, f"{NOTICES}/{part}", seen=seen or "")

    assert first.status_code in {200, 303}
    assert sentence in said(browser, second)
    assert count(action) == 1
    assert Delivery.objects.count() == (part == "webhook/test")
    assert CalendarFeed.objects.count() == (part == "calendar")


def test_stale_button_says_that_nothing_was_changed(administrator_browser: Browser) -> None:
    reply = administrator_browser.post(f"{NOTICES}/calendar", {"seen": "another"})

    assert "This page was out of date. Nothing was changed." in said(administrator_browser, reply)
    assert not CalendarFeed.objects.exists()


@pytest.mark.parametrize("has_lost_cookie", [True, False])
def test_change_password_sent_twice_says_that_it_is_changed(
    colleague_browser: Browser, colleague: Person, has_lost_cookie: bool
) -> None:
    form = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    if has_lost_cookie:
        _, second = send_twice(colleague_browser, "/account/password", **form)
    else:
        _, second = (
            colleague_browser.post("/account/password", {"form_key": KEY, **form}) for _ in "12"
        )

    text = said(colleague_browser, second)
    assert "Password changed. Other sessions and applications are signed out." in text
    assert "is wrong" not in text
    assert count("person.password.chosen") == 1


def test_choose_password_sent_twice_says_that_it_is_saved(
    client: Browser, tenant: Tenant, now: datetime
) -> None:
    person = make_person("ruth", tenant)
    link = make_one_time_link(person, actor=command_line_in(tenant), now=now)
    address = client.get(link.removeprefix(conf.public_url()))["Location"]

    _, second = send_twice(client, address, password1=NEW_PASSWORD, password2=NEW_PASSWORD)

    assert "Password saved. Sign in with it." in said(client, second)
    assert count("person.password.chosen") == 1


def test_code_sent_twice_says_that_the_first_one_signed_in(
    client: Browser, colleague: Person, tenant: Tenant
) -> None:
    secret = give_app(colleague)
    sign_in(client)

    _, second = send_twice(client, "/sign-in/code", code=code_of(secret), next="/security/roles")

    text = said(client, second)
    assert "Your first attempt signed you in" in text
    assert 'value="/security/roles"' in text
    assert count("person.signed.in") == 1


def test_add_role_sent_twice_adds_one_role(administrator_browser: Browser) -> None:
    assert value_of("form_key", administrator_browser.get("/security/roles/add"))

    _, second = send_twice(
        administrator_browser, "/security/roles/add", name="Telemetry.Writer", description=""
    )

    assert "Role added." in said(administrator_browser, second)
    assert Role.objects.filter(name="Telemetry.Writer").count() == 1


@pytest.mark.django_db
def test_ended_session_says_nothing_about_what_was_saved(client: Browser) -> None:
    reply = client.post("/account/time-zone", {"time_zone": "Europe/Berlin"})

    assert "What you typed is kept: check it, then send it again." in text_of(reply)
    assert "nothing was saved" not in text_of(reply)


def test_rotate_keys_sent_twice_on_the_admin_site_rotates_once(
    administrator: Person, tenant: Tenant
) -> None:
    Person.objects.filter(pk=administrator.pk).update(is_staff=True)
    staff = browser_of(Person.objects.get(pk=administrator.pk))

    first, second = send_twice(staff, "/admin/clients_app/signingkey/rotate/")

    assert first.status_code == 303
    assert "Done. The form was sent twice and acted once." in said(staff, second)
    assert SigningKey.objects.count() == 1

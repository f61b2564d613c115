"""Forgot password: the mailed link; nobody learns who has an account."""

import re
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client as Browser
from django.test import override_settings

from clients_app.identity.one_time_links import mail_asked_links
from clients_app.models import LinkRequest, Person, Tenant
from tests.factories import make_person
from tests.moments import NOW
from tests.responses import text_of
from tests.sinks import mail_sink

PAGE = "/forgot-password"
ADDRESS = "ines@herons.example"


@pytest.fixture
def person_with_email(tenant: Tenant) -> Person:
    return make_person("ines", tenant, email=ADDRESS, password="Seven-grey-herons-7")


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_reset_link_by_mail_works_once(person_with_email: Person, client: Browser) -> None:
    with mail_sink() as sink, override_settings(**sink.settings):
        reply = client.post(PAGE, {"email": "INES@herons.example"})
        call_command("worker", once=True)

    assert reply.status_code == 200
    (message,) = sink.received
    assert (message["To"], message["Subject"]) == (ADDRESS, "Choose a new password")
    text = message.get_body(("plain",)).get_content()
    (link,) = re.findall(r"http://localhost:8000(/choose-password/\S+)", text)
    form = client.get(link, follow=True)
    new = "Nine-white-swans-9"
    address = form.request["PATH_INFO"]
    client.post(address, {"password1": new, "password2": new})
    person_with_email.refresh_from_db()
    assert person_with_email.check_password(new)
    assert client.get(link, follow=True).status_code == 404
    assert link.split("-")[-1] not in str(list(LinkRequest.objects.values()))


@pytest.mark.both_databases
def test_forgot_password_unknown_address_gets_the_same_answer(
    person_with_email: Person, client: Browser
) -> None:
    with mail_sink() as sink, override_settings(**sink.settings):
        known, unknown = (
            text_of(client.post(PAGE, {"email": email})).replace(email, "")
            for email in (ADDRESS, "nobody@herons.example")
        )
        assert known == unknown
        assert LinkRequest.objects.count() == 2

        Person.objects.filter(pk=person_with_email.pk).update(is_active=False)
        mail_asked_links(now=NOW)
        assert not LinkRequest.objects.exists()
        assert sink.received == []


@pytest.mark.parametrize("email", ["", "ines", "ines@", f"{'a' * 400}@b.example"])
def test_forgot_password_invalid_address_is_kept(
    client: Browser, db: None, settings: Any, email: str
) -> None:
    settings.MAIL = {"EMAIL_HOST": "127.0.0.1"}

    reply = client.post(PAGE, {"email": email})

    assert reply.status_code == 422
    assert f'value="{email}"' in text_of(reply)
    assert not LinkRequest.objects.exists()


def test_forgot_password_repeated_requests_are_rate_limited(
    client: Browser, db: None, settings: Any
) -> None:
    settings.MAIL = {"EMAIL_HOST": "127.0.0.1"}

    answers = [client.post(PAGE, {"email": ADDRESS}).status_code for _ in range(6)]

    assert answers == [200] * 5 + [429]
    assert LinkRequest.objects.count() == 5


def test_links_of_an_hour_from_many_addresses_are_few(
    client: Browser, db: None, settings: Any, now: datetime
) -> None:
    settings.MAIL = {"EMAIL_HOST": "127.0.0.1"}

    with time_machine.travel(now, tick=False) as clock:
        for number in range(60):
            address = f"10.0.{number}.1"
            reply = client.post(PAGE, {"email": ADDRESS.upper()}, REMOTE_ADDR=address)
            clock.shift(60)

    assert LinkRequest.objects.count() <= 12
    assert reply.status_code == 429
    assert "minutes, then try again." in text_of(reply)


def test_forgot_password_post_without_a_mail_server_is_refused(client: Browser, db: None) -> None:
    assert client.post(PAGE, {"email": ADDRESS}).status_code == 405

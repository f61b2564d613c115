"""Secrets in the admin site: Add, Rotate and Remove; nothing else is offered."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clients_app import audit
from clients_app.limits import SECRETS_MAX
from clients_app.models import Client, ClientSecret, Person
from clients_app.rules.secret_format import is_well_formed
from clients_app.services.secrets.digests import digest_fits
from tests.admin.conftest import Installation, last_event, list_of, page_of
from tests.factories import insert_secrets, make_client
from tests.portal_process import as_text
from tests.responses import text_of

NEVER = {"secret_description": "second", "never_expires": "on"}


def add_address(client: Client) -> str:
    return reverse("admin:client-secrets-add", args=[client.pk])


def remove_address(secret: ClientSecret) -> str:
    return reverse("admin:secret-remove", args=[secret.pk])


def test_add_secret_shows_the_secret_once(
    staff: Browser,
    operator: Person,
    installation: Installation,
    dump_of_every_table: Callable[[], str],
) -> None:
    client = installation.client

    reply = staff.post(add_address(client), NEVER)

    assert reply.status_code == 200
    assert "no-store" in reply["Cache-Control"]
    (plain,) = set(re.findall(r"pcs_[0-9A-Za-z]{49}", text_of(reply)))
    assert is_well_formed(plain)
    secret = client.secrets.first()
    assert digest_fits(plain, secret.digest)
    assert (secret.description, secret.created_by) == ("second", "ola")
    event = last_event(installation.tenant)
    assert (event.action, event.actor_id) == ("client.secret.added", str(operator.pk))
    assert event.operation_id == reply["Operation-Id"]
    assert audit.first_fault(installation.tenant.pk) is None
    sessions = as_text([tuple(staff.session.items())])
    assert plain[4:24] not in dump_of_every_table() + sessions + staff.cookies.output()
    for page in (page_of(client), page_of(secret), list_of(ClientSecret)):
        assert plain[4:24] not in text_of(staff.get(page))


def test_add_secret_sent_twice_adds_once(staff: Browser, installation: Installation) -> None:
    typed = {**NEVER, "form_key": "one-time-key-of-the-form"}

    first, again = (
        staff.post(add_address(installation.client), typed),
        staff.post(add_address(installation.client), typed),
    )

    assert (first.status_code, again.status_code) == (200, 409)
    assert installation.client.secrets.count() == 2


def test_add_secret_eleventh_live_secret_is_refused(
    staff: Browser, installation: Installation, now: datetime
) -> None:
    insert_secrets(installation.client, SECRETS_MAX - 2, expires_at=None)

    tenth, eleventh = (staff.post(add_address(installation.client), NEVER) for _ in range(2))

    assert (tenth.status_code, eleventh.status_code) == (200, 422)
    assert "This client has 10 secrets, the most it can have." in text_of(eleventh)
    assert "pcs_" not in text_of(eleventh)


def test_add_secret_invalid_date_is_explained_at_its_field(
    staff: Browser, installation: Installation
) -> None:
    reply = staff.post(add_address(installation.client), {"expiration": "tomorrow"})

    assert reply.status_code == 422
    assert "form-row errors field-expiration" in text_of(reply)
    assert 'value="tomorrow"' in text_of(reply)
    assert installation.client.secrets.count() == 1


@pytest.mark.both_databases
def test_add_secret_date_is_in_the_time_zone_of_the_person(
    operator: Person, staff: Browser, installation: Installation
) -> None:
    operator.time_zone = "Asia/Kolkata"
    operator.save()

    staff.post(add_address(installation.client), {"expiration": "2029-03-01 10:00"})

    newest = installation.client.secrets.first()
    assert newest.expires_at.isoformat() == "2029-03-01T04:30:00+00:00"


def test_add_secret_to_an_authorization_code_client_is_refused(
    staff: Browser, installation: Installation
) -> None:
    Client.objects.filter(pk=installation.client.pk).update(client_type="authorization-code")

    reply = staff.post(add_address(installation.client), NEVER)

    assert reply.status_code == 422
    assert "Authorization Code clients have no secrets." in text_of(reply)


def test_add_secret_to_a_removed_client_is_refused(
    staff: Browser, installation: Installation
) -> None:
    assert staff.get(add_address(installation.removed)).status_code == 404
    assert staff.post(add_address(installation.removed), NEVER).status_code == 404


def test_remove_secret_shows_last_use_and_removes_it(
    staff: Browser, installation: Installation
) -> None:
    secret = installation.secret

    asked = text_of(staff.get(remove_address(secret)))
    reply = staff.post(remove_address(secret))

    assert "It belongs to Wind park reader." in asked
    assert "It was last used: " in asked
    assert (reply.status_code, reply["Location"]) == (303, page_of(installation.client))
    secret.refresh_from_db()
    assert secret.removed_by == "ola"
    event = last_event(installation.tenant)
    assert (event.action, event.object_id) == ("client.secret.removed", str(secret.pk))
    assert audit.first_fault(installation.tenant.pk) is None
    assert staff.get(remove_address(secret)).status_code == 404
    assert staff.post(remove_address(secret)).status_code == 404
    assert "Remove Secret" not in text_of(staff.get(page_of(secret)))


def test_remove_secret_never_used_says_so(
    staff: Browser, installation: Installation, now: datetime
) -> None:
    unused = make_client("Unused", installation.tenant, now=now).secret

    assert "It has never been used." in text_of(staff.get(remove_address(unused)))


def test_secret_page_is_read_only(staff: Browser, installation: Installation) -> None:
    page = text_of(staff.get(page_of(installation.secret)))

    assert "Remove Secret" in page
    assert 'name="digest"' not in page
    assert 'name="expires_at' not in page
    assert 'name="_save"' not in page


@pytest.mark.both_databases
def test_secret_list_can_be_filtered_by_state(
    staff: Browser, installation: Installation, now: datetime
) -> None:
    insert_secrets(installation.client, 1, description="has ended", expires_at=now)
    insert_secrets(installation.client, 1, description="was removed", removed_at=now)
    insert_secrets(installation.client, 1, description="lives on", expires_at=None)
    for state, found in (
        ("live", "lives on"),
        ("expired", "has ended"),
        ("removed", "was removed"),
    ):
        page = text_of(staff.get(f"{list_of(ClientSecret)}?state={state}"))
        texts = ("lives on", "has ended", "was removed")
        assert [text for text in texts if text in page] == [found]

"""Rotate Secret of the admin site."""

import re
from datetime import datetime, timedelta

from django.test import Client as Browser
from django.urls import reverse

from clients_app.limits import SECRETS_MAX
from clients_app.models import ClientSecret, Tenant
from clients_app.services.secrets.digests import digest_fits
from tests.admin.conftest import Installation, last_event, page_of
from tests.factories import insert_secrets
from tests.responses import text_of

NEVER = {"secret_description": "second", "never_expires": "on"}
ROTATED = {**NEVER, "old": "24h"}


def rotate_address(secret: ClientSecret) -> str:
    return reverse("admin:secret-rotate", args=[secret.pk])


def test_rotate_secret_shows_the_new_one_once_and_limits_the_old_one(
    staff: Browser, installation: Installation, now: datetime
) -> None:
    old = installation.secret
    assert "Rotate Secret" in text_of(staff.get(page_of(old)))
    assert "It belongs to" in text_of(staff.get(rotate_address(old)))

    reply = staff.post(rotate_address(old), {**ROTATED, "form_key": "one-time-key-of-the-form"})

    assert reply.status_code == 200
    (plain,) = set(re.findall(r"pcs_[0-9A-Za-z]{49}", text_of(reply)))
    new = ClientSecret.objects.get(replaces=old)
    assert digest_fits(plain, new.digest)
    old.refresh_from_db()
    assert old.removed_at is None
    assert old.expires_at is not None
    assert old.expires_at - new.created_at == timedelta(hours=24)
    event = last_event(installation.tenant)
    assert (event.action, event.actor_name) == ("client.secret.rotated", "ola")
    again = staff.post(rotate_address(old), {**ROTATED, "form_key": "one-time-key-of-the-form"})
    assert again.status_code == 409
    assert "pcs_" not in text_of(again)


def test_rotate_secret_invalid_end_of_the_old_one_is_refused(
    staff: Browser, installation: Installation
) -> None:
    typed = {**ROTATED, "old": "date", "old_end": "2020-01-01 00:00"}

    reply = staff.post(rotate_address(installation.secret), typed)

    assert reply.status_code == 422
    assert "in the future, or select Immediately." in text_of(reply)
    assert installation.client.secrets.count() == 1


def test_rotate_secret_with_ten_secrets_asks_which_to_remove(
    staff: Browser, installation: Installation
) -> None:
    others = insert_secrets(installation.client, SECRETS_MAX - 1, expires_at=None)

    refused = staff.post(rotate_address(installation.secret), ROTATED)
    taken = staff.post(
        rotate_address(installation.secret), {**ROTATED, "remove": str(others[0].pk)}
    )

    assert (refused.status_code, taken.status_code) == (422, 200)
    assert "Choose the secret to remove." in text_of(refused)
    others[0].refresh_from_db()
    assert others[0].removed_at is not None


def test_rotate_secret_with_ten_secrets_sent_twice_says_so(
    staff: Browser, installation: Installation
) -> None:
    """The secret that the first one removed cannot be chosen again."""
    others = insert_secrets(installation.client, SECRETS_MAX - 1, expires_at=None)
    typed = {**ROTATED, "remove": str(others[0].pk), "form_key": "one-time-key-of-the-form"}

    first = staff.post(rotate_address(installation.secret), typed)
    again = staff.post(rotate_address(installation.secret), typed)

    assert (first.status_code, again.status_code) == (200, 409)
    assert "Already Added" in text_of(again)


def test_rotate_secret_expired_is_refused(staff: Browser, installation: Installation) -> None:
    born = installation.secret.created_at
    ClientSecret.objects.update(expires_at=born + timedelta.resolution)

    assert staff.get(rotate_address(installation.secret)).status_code == 404
    assert "Rotate Secret" not in text_of(staff.get(page_of(installation.secret)))


def test_secret_that_a_policy_forbids_is_refused_with_the_sentence(
    staff: Browser, installation: Installation
) -> None:
    old = installation.secret
    Tenant.objects.filter(pk=installation.tenant.pk).update(new_secrets_forbidden="on")
    windows = (
        (rotate_address(old), {**ROTATED, "form_key": "one-time-key-of-the-form"}),
        (reverse("admin:client-secrets-add", args=[old.client_id]), NEVER),
    )

    for window, typed in windows:
        reply = staff.post(window, typed)
        assert reply.status_code == 422
        assert "Add a public key or a federated identity instead" in text_of(reply)
    assert old.client.secrets.count() == 1

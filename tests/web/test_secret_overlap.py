"""The Secrets tab while two secrets overlap: which of them is in use, and from where."""

import re
from datetime import UTC, timedelta

import pytest

from clients_app.models import Client, ClientSecret
from tests.factories import insert_secrets
from tests.responses import HTMX, text_of
from tests.web.conftest import record_use

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def backdate_secret(machine, now, **ends) -> None:
    """Move the creation of the machine's secret back in time."""
    ClientSecret.objects.filter(pk=machine.secret.pk).update(created_at=now - 30 * DAY, **ends)


@pytest.fixture
def secrets_tab(administrator_browser, address):
    return lambda: text_of(administrator_browser.get(address("/secrets"), headers=HTMX))


@pytest.fixture
def new_secret(administrator_browser, machine, rotate_address, rotation_form, now):
    """The new secret; the old one is a month old and lives for a day."""
    backdate_secret(machine, now)
    administrator_browser.post(rotate_address, rotation_form)
    return ClientSecret.objects.get(replaces=machine.secret)


def test_overlap_card_before_a_rotation_has_rotate_for_each_secret(
    secrets_tab, machine, now, address
):
    later = insert_secrets(machine.client, 1, expires_at=None)[0]
    text = secrets_tab()

    assert "Replacing a secret without downtime" in text
    for secret in (machine.secret, later):
        assert address(f"/secrets/{secret.pk}/rotate") in text


def test_overlap_card_old_secret_in_use_offers_no_removal(secrets_tab, machine, new_secret, now):
    record_use(machine.secret, now - 4 * MINUTE, 212)
    record_use(new_secret, now - MINUTE, 201, "10.20.4.17")
    text = secrets_tab()

    assert "The old secret is still in use" in text
    assert "10.20.4.18 used it" in text
    assert "4 minutes ago" in text
    ends = ClientSecret.objects.get(pk=machine.secret.pk).expires_at.astimezone(UTC)
    assert ends.strftime("%H:%M UTC") in text
    assert "Remove old secret now" not in text
    assert re.search(r">New</span>.*?>201<.*?10\.20\.4\.17", text, re.DOTALL)
    assert re.search(r">Old</span>.*?>212<.*?10\.20\.4\.18", text, re.DOTALL)
    assert "replaced by Firmware 4.2" in text


def test_overlap_card_counts_each_hour_separately(secrets_tab, machine, new_secret, now):
    record_use(machine.secret, now - 3 * HOUR, 30)
    record_use(machine.secret, now - 2 * HOUR, 20)
    record_use(new_secret, now - 2 * HOUR, 7, "10.20.4.17")
    record_use(machine.secret, now - 2 * DAY, 999)
    text = secrets_tab()

    hours = text[text.index("Tokens per hour") :].partition("</details>")[0]
    counts = re.findall(r'<td class="num">(\d+)(?: <span class="sub">([^<]+)</span>)?</td>', hours)
    new, old = ("7", "10.20.4.17"), ("20", "10.20.4.18")
    assert counts == [new, old, ("0", ""), ("30", "10.20.4.18")]
    assert "999" not in text
    assert '<td class="num">50</td>' in text


@pytest.mark.parametrize(
    ("idle", "lifetime_s", "offered", "none_left"),
    [
        (59 * MINUTE, 3600, False, False),
        (61 * MINUTE, 3600, True, True),
        (2 * MINUTE, 60, True, False),  # tokens issued under a longer lifetime may live
        (timedelta(seconds=50), 60, False, False),
    ],
)
def test_overlap_card_offers_removal_after_the_token_lifetime(
    secrets_tab, machine, new_secret, now, address, idle, lifetime_s, offered, none_left
):
    Client.objects.update(token_lifetime_s=lifetime_s)
    record_use(machine.secret, now - idle)
    text = secrets_tab()

    assert ("Remove old secret now" in text) is offered
    assert ("The old secret is idle" in text) is offered
    assert ("No tokens issued with it are still valid." in text) is none_left
    assert address(f"/secrets/{machine.secret.pk}/remove") in text  # on its card, as always


def test_secret_never_used_is_idle(secrets_tab, machine, new_secret):
    assert "It has never been used." in secrets_tab()


def test_secret_just_created_is_not_idle(
    secrets_tab, administrator_browser, rotate_address, rotation_form
):
    administrator_browser.post(rotate_address, rotation_form)

    assert "The old secret is not used yet" in secrets_tab()


@pytest.mark.both_databases
def test_overlap_card_without_either_secret_is_gone(secrets_tab, machine, new_secret, now):
    for gone in (new_secret, machine.secret):
        just_made = ClientSecret.objects.get(pk=gone.pk).created_at + timedelta.resolution
        for end in ({"removed_at": now}, {"expires_at": just_made}):
            kept = ClientSecret.objects.filter(pk=gone.pk).values("removed_at", "expires_at")[0]
            ClientSecret.objects.filter(pk=gone.pk).update(**end)
            assert "Rotation in progress" not in secrets_tab()
            ClientSecret.objects.filter(pk=gone.pk).update(**kept)
    assert "Rotation in progress" in secrets_tab()


@pytest.mark.both_databases
def test_overlap_card_query_count_does_not_grow_with_rotations(
    administrator_browser, machine, address, new_secret, django_assert_max_num_queries
):
    with django_assert_max_num_queries(21) as one:
        administrator_browser.get(address("/secrets"), headers=HTMX)
    for old in insert_secrets(machine.client, 3):
        insert_secrets(machine.client, 1, replaces=old)
    with django_assert_max_num_queries(len(one)):
        text = text_of(administrator_browser.get(address("/secrets"), headers=HTMX))
    assert text.count("Rotation in progress") == 4

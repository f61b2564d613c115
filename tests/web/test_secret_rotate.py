"""Rotate Secret: the window, its answer, and the Secrets tab while two secrets overlap."""

import re
from datetime import UTC, timedelta

import pytest

from clients_app.models import Client, ClientSecret, TokenUsage
from clients_app.rules.built_in_roles import SECRET_ROTATOR
from tests.factories import insert_secrets, make_person
from tests.web.conftest import HTMX, browser_of, is_page, plain_secret_in, text_of, value_of

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def rotate(machine, address):
    return address(f"/secrets/{machine.secret.pk}/rotate")


@pytest.fixture
def said(draft, machine):
    names = ("form_key", "secret_description", "expiration")
    kept = {name: draft[name] for name in names}
    return {**kept, "replaces": str(machine.secret.pk), "old": "24h", "old_end": ""}


def row(secret) -> ClientSecret:
    return ClientSecret.objects.get(pk=secret.pk)


def make_old(machine, now, **ends) -> None:
    """Let the secret of the machine have been made a while ago."""
    ClientSecret.objects.filter(pk=machine.secret.pk).update(created_at=now - 30 * DAY, **ends)


def used(secret, at, tokens=1, address="10.20.4.18") -> None:
    hour = at.replace(minute=0, second=0, microsecond=0)
    TokenUsage.objects.create(
        client_id=secret.client_id,
        secret=secret,
        hour=hour,
        tokens=tokens,
        last_at=at,
        last_address=address,
    )


def test_window_is_a_page_and_a_fragment(administrator_browser, machine, rotate):
    for headers in ({}, HTMX):
        reply = administrator_browser.get(rotate, headers=headers)
        text = text_of(reply)
        assert is_page(reply) is not bool(headers)
        assert "For Wind park reader. Adds a new secret and sets the end of the old one." in text
        assert f"(…{machine.plain[-4:]}), 365 days left, never used" in text
        assert re.search(r'value="24h" checked', text)
        assert "Secret to remove" not in text
        assert machine.plain not in text


def test_successor_is_shown_once_and_the_old_one_gets_its_end(
    administrator_browser, machine, rotate, said
):
    reply = administrator_browser.post(rotate, said, headers=HTMX)

    assert reply.status_code == 200
    assert "no-store" in reply["Cache-Control"]
    assert reply["HX-Trigger"] == '{"clientChanged": {}}'
    text = text_of(reply)
    assert "Secret Successfully Added" in text
    assert "Switch your application to this secret." in text
    assert "The Secrets tab shows when it is no longer used." in text
    new = ClientSecret.objects.get(replaces=machine.secret)
    assert plain_secret_in(reply)[-4:] == new.last_four
    assert DAY - MINUTE < row(machine.secret).expires_at - new.created_at <= DAY


def test_at_once(administrator_browser, machine, rotate, said):
    reply = administrator_browser.post(rotate, {**said, "old": "now"}, headers=HTMX)

    assert "stopped working" in text_of(reply)
    assert row(machine.secret).retired_at is None
    assert machine.client.secrets.live(row(machine.secret).expires_at).count() == 1


def test_on_a_date(administrator_browser, machine, rotate, said, now):
    ends = (now + 3 * DAY).replace(second=0, microsecond=0)
    said |= {"old": "date", "old_end": ends.strftime("%Y-%m-%d %H:%M")}

    administrator_browser.post(rotate, said, headers=HTMX)

    assert row(machine.secret).expires_at == ends


@pytest.mark.parametrize("old", ["now", "24h"])
def test_form_sent_twice_rotates_once(administrator_browser, machine, rotate, said, old):
    said["old"] = old
    administrator_browser.post(rotate, said)

    for headers in ({}, HTMX):
        again = administrator_browser.post(rotate, said, headers=headers)
        assert again.status_code == 409
        assert "Already added. Its secret cannot be shown; add a new one." in text_of(again)
        assert "pcs_" not in text_of(again)
    assert machine.client.secrets.count() == 2


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"old": "date", "old_end": "2020-01-01 10:00"}, "in the future, or select At once."),
        ({"old": "date", "old_end": "soon"}, "Enter a date and time as YYYY-MM-DD hh:mm"),
        ({"old": "forever"}, "Choose when the old secret stops working."),
        ({"old": ""}, "Choose when the old secret stops working."),
        ({"replaces": "10000000"}, "Choose one of the secrets in the list."),
        ({"expiration": "2020-01-01 10:00"}, "in the future, or select Never Expires."),
        ({"secret_description": "x" * 201}, "200"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(
    administrator_browser, machine, rotate, said, wrong, sentence
):
    said |= {"secret_description": "typed before", **wrong}
    for headers in ({}, HTMX):
        reply = administrator_browser.post(rotate, said, headers=headers)
        assert reply.status_code == 422
        assert "<title>Error: Rotate Secret" in text_of(reply)
        assert sentence in text_of(reply)
        assert value_of("secret_description", reply) == said["secret_description"]
        assert value_of("form_key", reply) == said["form_key"]
    assert machine.client.secrets.count() == 1
    assert row(machine.secret).expires_at == machine.secret.expires_at


def test_another_secret_may_be_chosen_to_be_replaced(administrator_browser, machine, rotate, said):
    other = insert_secrets(machine.client, 1)[0]

    administrator_browser.post(rotate, {**said, "replaces": str(other.pk)})

    assert ClientSecret.objects.get(replaces=other)
    assert row(machine.secret).expires_at == machine.secret.expires_at


def test_ten_secrets_ask_which_to_remove(administrator_browser, machine, rotate, said, now):
    others = insert_secrets(machine.client, 9, expires_at=None)
    used(others[0], now - 5 * DAY)
    used(others[1], now - 9 * DAY)

    text = text_of(administrator_browser.get(rotate, headers=HTMX))
    assert "This client has 10 secrets, the most it can have" in text
    choice = text[text.index('name="remove"') : text.index('name="replaces"')]
    offered = [int(pk) for pk in re.findall(r'<option value="(\d+)"', choice)]
    assert offered == [*(one.pk for one in others[2:]), others[1].pk, others[0].pk]

    refused = administrator_browser.post(rotate, said, headers=HTMX)
    assert refused.status_code == 422
    assert "Choose the secret to remove." in text_of(refused)
    both = {**said, "remove": str(others[2].pk), "replaces": str(others[2].pk)}
    assert "this is the secret to replace" in text_of(administrator_browser.post(rotate, both))

    reply = administrator_browser.post(rotate, {**said, "remove": str(others[2].pk)}, headers=HTMX)
    assert reply.status_code == 200
    assert row(others[2]).retired_at is not None
    assert machine.client.secrets.live(now + MINUTE).count() == 10


def test_an_expired_secret_or_one_of_another_client_is_not_found(
    administrator_browser, machine, address, stranger_browser, rotate
):
    expired = insert_secrets(machine.client, 1, expires_at=machine.secret.created_at - MINUTE)[0]

    assert administrator_browser.get(address(f"/secrets/{expired.pk}/rotate")).status_code == 404
    assert administrator_browser.get(address("/secrets/99999999/rotate")).status_code == 404
    assert stranger_browser.get(rotate).status_code == 404


def test_same_description_is_warned_of(administrator_browser, machine, rotate, said):
    insert_secrets(machine.client, 1, description=said["secret_description"])

    reply = administrator_browser.post(rotate, said)

    assert "Another live secret of this client is described as Firmware 4.2 too." in text_of(reply)


def test_a_rotator_rotates_and_sees_who_uses_what(tenant, machine, rotate, said, address):
    rotator = browser_of(make_person("rita", tenant, SECRET_ROTATOR))

    assert rotator.post(rotate, said).status_code == 200
    text = text_of(rotator.get(address("/secrets")))
    assert "Rotation in progress" in text
    assert "Change the end" not in text  # Edit Secret is not his


@pytest.fixture
def tab(administrator_browser, address):
    return lambda: text_of(administrator_browser.get(address("/secrets"), headers=HTMX))


@pytest.fixture
def rotated(administrator_browser, machine, rotate, said, now):
    """The new secret; the old one is a month old and lives for a day."""
    make_old(machine, now)
    administrator_browser.post(rotate, said)
    return ClientSecret.objects.get(replaces=machine.secret)


def test_before_it_explains_and_begins_with_what_ends_first(tab, machine, now, address):
    later = insert_secrets(machine.client, 1, expires_at=None)[0]
    text = tab()

    assert "Replacing a secret without downtime" in text
    assert address(f"/secrets/{machine.secret.pk}/rotate") in text
    assert address(f"/secrets/{later.pk}/rotate") not in text


def test_in_use_it_says_by_whom_and_until_when_and_offers_no_removal(tab, machine, rotated, now):
    used(machine.secret, now - 4 * MINUTE, 212)
    used(rotated, now - MINUTE, 201, "10.20.4.17")
    text = tab()

    assert "The old secret is still in use" in text
    assert "10.20.4.18 used it" in text
    assert "4 minutes ago" in text
    ends = row(machine.secret).expires_at.astimezone(UTC)
    assert ends.strftime("%H:%M UTC") in text
    assert "Remove old secret now" not in text
    assert re.search(r">New</span>.*?>201<.*?10\.20\.4\.17", text, re.DOTALL)
    assert re.search(r">Old</span>.*?>212<.*?10\.20\.4\.18", text, re.DOTALL)
    assert "replaced by Firmware 4.2" in text


def test_hours_are_counted_apart(tab, machine, rotated, now):
    used(machine.secret, now - 3 * HOUR, 30)
    used(machine.secret, now - 2 * HOUR, 20)
    used(rotated, now - 2 * HOUR, 7, "10.20.4.17")
    used(machine.secret, now - 2 * DAY, 999)
    text = tab()

    hours = text[text.index("Tokens per hour") :]
    counts = re.findall(r'<td class="num">(\d+)(?:<span class="sub">([^<]+)</span>)?</td>', hours)
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
def test_removal_is_offered_after_the_token_lifetime(
    tab, machine, rotated, now, address, idle, lifetime_s, offered, none_left
):
    Client.objects.update(token_lifetime_s=lifetime_s)
    used(machine.secret, now - idle)
    text = tab()

    assert ("Remove old secret now" in text) is offered
    assert ("The old secret is idle" in text) is offered
    assert ("No token that is still valid came from it." in text) is none_left
    assert address(f"/secrets/{machine.secret.pk}/remove") in text  # on its card, as ever


def test_a_secret_that_was_never_used_is_idle(tab, machine, rotated):
    assert "It was never used." in tab()


def test_a_fresh_secret_is_not_idle_yet(tab, administrator_browser, rotate, said):
    administrator_browser.post(rotate, said)

    assert "The old secret is not used yet" in tab()


def test_it_is_over_when_either_secret_is_gone(tab, machine, rotated, now):
    for gone in (rotated, machine.secret):
        just_made = row(gone).created_at + timedelta.resolution
        for end in ({"retired_at": now}, {"expires_at": just_made}):
            kept = ClientSecret.objects.filter(pk=gone.pk).values("retired_at", "expires_at")[0]
            ClientSecret.objects.filter(pk=gone.pk).update(**end)
            assert "Rotation in progress" not in tab()
            ClientSecret.objects.filter(pk=gone.pk).update(**kept)
    assert "Rotation in progress" in tab()


def test_queries_are_the_same_however_many_rotations(
    administrator_browser, machine, address, rotated, django_assert_max_num_queries
):
    with django_assert_max_num_queries(20) as one:
        administrator_browser.get(address("/secrets"), headers=HTMX)
    for old in insert_secrets(machine.client, 3):
        insert_secrets(machine.client, 1, replaces=old)
    with django_assert_max_num_queries(len(one)):
        text = text_of(administrator_browser.get(address("/secrets"), headers=HTMX))
    assert text.count("Rotation in progress") == 4

"""The Activity tab of a client: changes, refused token requests and issued tokens."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients_app.models import Person, TokenRefusal
from clients_app.services.secrets.adding import add_secret
from clients_app.services.secrets.changes import SecretDraft, remove_secret
from tests.actors import actor_for
from tests.factories import insert_usage
from tests.responses import text_of

HOUR = timedelta(hours=1)


def test_activity_tab_shows_each_change_before_and_after(
    administrator_browser, administrator, machine, address, now
):
    remove_secret(machine.client, machine.secret.pk, actor=actor_for(administrator), now=now)

    text = text_of(administrator_browser.get(address("/activity")))

    assert "Added client" in text
    assert "Removed secret" in text
    assert "by mara" in text
    assert "by command line" in text
    assert ">Token Lifetime<" in text
    assert ">3600 seconds, 1 hour<" in text
    assert "Before and after" in text  # of the removal
    assert text.count(">Before<") == 1  # an added value has no value before


def test_activity_tab_links_to_all_events_of_the_client(administrator_browser, address, machine):
    link = f"/security/activity?when=always&client={machine.client.pk}"
    text = text_of(administrator_browser.get(address("/activity")))

    assert f'href="{link.replace("&", "&amp;")}"' in text
    assert "Wind park reader" in text_of(administrator_browser.get(link))


@pytest.mark.parametrize("words", ["2026-13-45T25:61:61Z", "2027-01-01T00:00:00Z"])
def test_activity_tab_date_like_text_is_shown_as_typed(
    administrator_browser, machine, administrator, address, now, words
):
    draft = SecretDraft(description=words, expires_at=None)
    add_secret(machine.client, draft, actor=actor_for(administrator), now=now)

    assert f">{words}<" in text_of(administrator_browser.get(address("/activity")))


def refusal(machine, now, **more):
    first = {"day": now.date(), "requests": 1, "first_at": now, "last_at": now}
    return TokenRefusal.objects.create(client=machine.client, **(first | more))


def test_activity_tab_groups_refusals_by_cause_and_secret(
    administrator_browser, machine, address, now
):
    machine.client.secrets.update(created_at=now - 3 * HOUR, expires_at=now - 2 * HOUR)
    machine.secret.refresh_from_db()
    known = {"cause": "secret-expired", "secret": machine.secret, "requests": 12}
    refusal(machine, now, **known, first_at=now - HOUR, last_address="198.51.100.7")
    refusal(machine, now, cause="unknown-secret")

    text = text_of(administrator_browser.get(address("/activity")))

    assert "12 token requests refused</b>: secret expired 2 hours ago, ends in" in text
    assert f"ends in …{machine.secret.last_four}" in text
    assert "from 198.51.100.7" in text
    assert "1 token request refused</b>: unknown secret\n" in text
    assert '<b class="num">13</b> refused' in text


@pytest.mark.parametrize(
    ("zone", "times"),
    [
        ("UTC", "3 Nov 2026, 22:38 UTC to 23:40 UTC"),
        ("Europe/Berlin", "3 Nov 2026, 23:38 CET to 4 Nov 2026, 00:40 CET"),
    ],
)
def test_activity_tab_refusals_of_one_day_name_the_day_once(
    administrator_browser, administrator, machine, address, zone, times
):
    Person.objects.filter(pk=administrator.pk).update(time_zone=zone)
    first = datetime(2026, 11, 3, 22, 38, tzinfo=UTC)
    last = first + timedelta(minutes=62)
    refusal(machine, first, cause="unknown-secret", requests=2, last_at=last)

    text = text_of(administrator_browser.get(address("/activity")))

    assert times in re.sub(r"<[^>]+>", "", text)


def test_activity_tab_orders_refusals_and_events_by_time(
    administrator_browser, administrator, machine, address, now
):
    refusal(machine, now, cause="invalid-scope", last_at=now - HOUR, first_at=now - HOUR)
    remove_secret(machine.client, machine.secret.pk, actor=actor_for(administrator), now=now)
    refusal(machine, now, cause="secret-removed", last_at=now + HOUR)

    text = text_of(administrator_browser.get(address("/activity")))

    timeline = text[text.index('<ol class="history"') :]
    latest_first = (
        "refused</b>: secret removed",
        "Removed secret",
        "refused</b>: scope not offered",
    )
    places = [timeline.index(words) for words in latest_first]
    assert places == sorted(places)


def test_activity_tab_shows_only_the_latest_twenty(administrator_browser, machine, address, now):
    for day in range(30):
        at = now - timedelta(days=day)
        refusal(machine, at, cause="unknown-secret", requests=100 + day)

    text = text_of(administrator_browser.get(address("/activity")))

    assert text.count("token requests refused") <= 20
    assert "100 token requests refused" in text
    assert "129 token requests refused" not in text


def test_activity_tab_query_count_does_not_grow_with_events(
    administrator_browser, machine, address, now, still_clock
):
    def query_count() -> int:
        with CaptureQueriesContext(connection) as seen:
            administrator_browser.get(address("/activity"))
        return len(seen)

    administrator_browser.get(address("/activity"))
    refusal(machine, now, cause="secret-expired", secret=machine.secret)
    few = query_count()
    for day in range(1, 9):
        at = now - timedelta(days=day)
        refusal(machine, at, cause="secret-expired", secret=machine.secret)

    assert query_count() == few


def test_activity_tab_has_no_timeline_of_expirations_above_the_list(
    administrator_browser, machine, address
):
    text = text_of(administrator_browser.get(address("/activity")))

    assert "Select a week to see its clients." not in text
    assert "Added client" in text


@pytest.mark.parametrize(
    ("tokens", "words"), [(1, "1</b> token in"), (1204, "1,204</b> tokens in")]
)
def test_activity_tab_counts_one_token_in_the_singular(
    administrator_browser, machine, address, now, tokens, words
):
    insert_usage(machine.secret, now.replace(minute=0), tokens=tokens, last_at=now)

    assert f'<b class="num">{words} 7 days' in text_of(
        administrator_browser.get(address("/activity"))
    )

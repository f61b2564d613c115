"""Details of a client: four tabs, each with an address, each for those who may."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients_app.models import Client, ClientOwner, TokenRefusal, TokenUsage
from clients_app.rules.built_in_roles import SECRET_ROTATOR, TENANT_AUDITOR
from clients_app.services.client_secrets import SecretDraft, add_secret, remove_secret
from tests.factories import actor_for, make_client, make_person
from tests.web.conftest import HTMX, browser_of, is_page, text_of

PANE = {**HTMX, "HX-Target": "details"}
TABS = ["", "/secrets", "/roles", "/activity"]
HOUR = timedelta(hours=1)


@pytest.mark.parametrize("tab", TABS)
def test_tab_is_a_page_with_the_list_beside_it(administrator_browser, address, tab):
    text = text_of(administrator_browser.get(address(tab)))

    assert "<html" in text
    assert 'id="details-name"' in text
    assert 'aria-current="true">Wind park reader' in text
    assert text.count('aria-current="page"') == 2  # the place in the left pane, and the tab
    assert '<link rel="expect" href="#details" blocking="render">' in text  # no layout shift


@pytest.mark.parametrize("tab", TABS)
def test_tab_is_a_fragment(administrator_browser, address, tab):
    reply = administrator_browser.get(address(tab), headers=PANE)

    assert not is_page(reply)
    assert text_of(reply).count('id="details"') == 1
    assert 'id="list"' not in text_of(reply)


@pytest.mark.parametrize("tab", TABS)
def test_id_in_capitals_and_a_slash_at_the_end_answer_the_same(administrator_browser, machine, tab):
    path = f"/security/clients/{str(machine.client.pk).upper()}{tab}/"

    assert "Wind park reader" in text_of(administrator_browser.get(path))


def test_facts(administrator_browser, tenant, now):
    client = make_client(
        "Pump 14",
        tenant,
        now=now,
        expires_at=None,
        description="Sends <levels>",
        contact="North",
        tags=("pump", "north"),
        token_lifetime_s=90,
    ).client
    Client.objects.filter(pk=client.pk).update(
        last_token_at=now - timedelta(seconds=30), last_token_ends_at=now + timedelta(seconds=60)
    )
    TokenUsage.objects.create(
        client=client,
        secret=client.secrets.get(),
        hour=now,
        tokens=1204,
        last_at=now,
        last_address="10.20.4.17",
    )

    text = text_of(administrator_browser.get(f"/security/clients/{client.pk}"))

    for fact in ("Sends &lt;levels&gt;", "North", ">pump<", "1204", "from 10.20.4.17"):
        assert fact in text
    assert "1 minute 30 seconds" in text
    assert "Changes apply to new tokens at once." in text
    ends = (now + timedelta(seconds=60)).strftime("%H:%M UTC")
    assert "stay valid until" in text
    assert f">{ends}</time>" in text


def test_without_a_token_that_lives_only_the_first_sentence_stands(administrator_browser, address):
    text = text_of(administrator_browser.get(address()))

    assert "Changes apply to new tokens at once." in text
    assert "stay valid until" not in text


def test_secrets_are_shown_without_their_values(administrator_browser, machine, address):
    """Bar 21."""
    text = text_of(administrator_browser.get(address("/secrets")))

    assert f"Ends in …{machine.plain[-4:]}" in text
    assert "365 days left" in text
    assert "Never used" in text
    assert machine.plain not in text
    assert "$argon2" not in text
    assert bytes(machine.secret.tag).hex() not in text


def test_roles_travel_in_tokens(administrator_browser, address):
    text = text_of(administrator_browser.get(address("/roles")))

    assert "Tenant Member" in text
    assert "Always assigned. It cannot be removed." in text


def test_activity_tells_each_change_before_and_after(
    administrator_browser, administrator, machine, address, now
):
    remove_secret(machine.client, machine.secret.pk, actor=actor_for(administrator), now=now)

    text = text_of(administrator_browser.get(address("/activity")))

    assert "Client Wind park reader added" in text
    assert "removed" in text
    assert "by mara" in text
    assert "by command line" in text
    assert ">Token Lifetime<" in text
    assert ">3600 seconds, 1 hour<" in text
    assert "Before and after" in text  # of the removal
    assert text.count(">Before<") == 1  # what was added had nothing before


@pytest.mark.parametrize(
    ("role", "readable"),
    [(SECRET_ROTATOR, ["", "/secrets", "/roles"]), (TENANT_AUDITOR, TABS)],
)
def test_who_may_read_more_than_clients(tenant, address, role, readable):
    browser = browser_of(make_person("other", tenant, role))

    assert [tab for tab in TABS if browser.get(address(tab)).status_code == 200] == readable


def test_activity_leads_to_all_of_this_client(administrator_browser, address, machine):
    link = f"/security/activity?when=always&client={machine.client.pk}"
    text = text_of(administrator_browser.get(address("/activity")))

    assert f'href="{link.replace("&", "&amp;")}"' in text
    assert "Wind park reader" in text_of(administrator_browser.get(link))


def test_colleague_sees_no_secrets_and_no_activity(colleague_browser, address):
    text = text_of(colleague_browser.get(address()))

    assert "/secrets" not in text
    assert "/activity" not in text
    assert colleague_browser.get(address("/secrets")).status_code == 403
    assert colleague_browser.get(address("/activity")).status_code == 403


def test_owner_sees_the_secrets_of_his_client_alone(colleague, tenant, machine, address):
    ClientOwner.objects.create(client=machine.client, person=colleague)
    other = make_client("Other", tenant).client
    browser = browser_of(colleague)

    assert "Add Secret" in text_of(browser.get(address("/secrets")))
    assert browser.get(address("/secrets", other)).status_code == 403


@pytest.mark.parametrize("tab", TABS)
def test_another_tenants_client_is_one_that_never_was(stranger_browser, address, tab):
    theirs = stranger_browser.get(address(tab))
    never = stranger_browser.get(f"/security/clients/5f0c2c1e-8d4b-4c59-9a1e-3f6f7f0b92d4{tab}")

    assert theirs.status_code == never.status_code == 404
    assert "There is no such client<" in text_of(theirs)
    assert "Wind park reader" not in text_of(theirs)


def test_a_client_that_is_not_there_leads_to_the_removed_ones(
    administrator_browser, colleague_browser
):
    gone = "5f0c2c1e-8d4b-4c59-9a1e-3f6f7f0b92d4"
    theirs, ours = (
        text_of(browser.get(f"/security/clients/{gone}"))
        for browser in (colleague_browser, administrator_browser)
    )

    assert "A removed client can be restored for 30 days, without its secrets." in ours
    assert 'href="/security/clients?show=removed"' in ours
    assert f'href="/security/activity?when=always&amp;client={gone}"' in ours
    assert "removed client" not in theirs.lower()
    assert f"client={gone}" not in theirs


def test_pane_keeps_filter_and_page_of_the_list(administrator_browser, address):
    text = text_of(administrator_browser.get(address("?q=wind"), headers=PANE))

    assert 'href="/security/clients?q=wind"' in text
    assert f'{address("/roles")}?q=wind"' in text


def test_a_member_reads_neither_addresses_nor_owners(
    administrator_browser, colleague_browser, colleague, machine, address, now
):
    ClientOwner.objects.create(
        client=machine.client, person=make_person("olga", machine.client.tenant)
    )
    TokenUsage.objects.create(
        client=machine.client,
        secret=machine.secret,
        hour=now,
        tokens=1,
        last_at=now,
        last_address="198.51.100.7",
    )

    for browser, sees in ((administrator_browser, True), (colleague_browser, False)):
        text = text_of(browser.get(address("")))
        assert ("198.51.100.7" in text) is sees
        assert ("olga" in text) is sees


@pytest.mark.parametrize("words", ["2026-13-45T25:61:61Z", "2027-01-01T00:00:00Z"])
def test_activity_shows_words_that_look_like_a_moment_as_they_were_typed(
    administrator_browser, machine, administrator, address, now, words
):
    draft = SecretDraft(description=words, expires_at=None)
    add_secret(machine.client, draft, actor=actor_for(administrator), now=now)

    assert f">{words}<" in text_of(administrator_browser.get(address("/activity")))


def refused(machine, now, **more):
    first = {"day": now.date(), "requests": 1, "first_at": now, "last_at": now}
    return TokenRefusal.objects.create(client=machine.client, **(first | more))


def test_activity_shows_refusals_by_cause_and_secret(administrator_browser, machine, address, now):
    machine.client.secrets.update(created_at=now - 3 * HOUR, expires_at=now - 2 * HOUR)
    machine.secret.refresh_from_db()
    known = {"cause": "secret-expired", "secret": machine.secret, "requests": 12}
    refused(machine, now, **known, first_at=now - HOUR, last_address="198.51.100.7")
    refused(machine, now, cause="unknown-secret")

    text = text_of(administrator_browser.get(address("/activity")))

    assert "12 token requests refused</b>: secret expired 2 hours ago, ends in" in text
    assert f"ends in …{machine.secret.last_four}" in text
    assert "from 198.51.100.7" in text
    assert "1 token request refused</b>: unknown secret\n" in text
    assert '<b class="num">13</b> refused' in text


def test_refusals_stand_among_the_events_by_their_time(
    administrator_browser, administrator, machine, address, now
):
    refused(machine, now, cause="invalid-scope", last_at=now - HOUR, first_at=now - HOUR)
    remove_secret(machine.client, machine.secret.pk, actor=actor_for(administrator), now=now)
    refused(machine, now, cause="secret-removed", last_at=now + HOUR)

    text = text_of(administrator_browser.get(address("/activity")))

    timeline = text[text.index("timeline") :]
    latest_first = ("refused</b>: secret removed", "Secret", "refused</b>: scope not offered")
    places = [timeline.index(words) for words in latest_first]
    assert places == sorted(places)


def test_activity_shows_no_more_than_the_latest_twenty(
    administrator_browser, machine, address, now
):
    for day in range(30):
        at = now - timedelta(days=day)
        refused(machine, at, cause="unknown-secret", requests=100 + day)

    text = text_of(administrator_browser.get(address("/activity")))

    assert text.count("token requests refused") <= 20
    assert "100 token requests refused" in text
    assert "129 token requests refused" not in text


def test_activity_shows_tokens_by_secret_and_hour(administrator_browser, machine, address, now):
    for hours, tokens in ((1, 41), (23, 42), (25, 43)):
        at = now - hours * HOUR
        TokenUsage.objects.create(
            client=machine.client,
            secret=machine.secret,
            hour=at,
            tokens=tokens,
            last_at=at,
            last_address="198.51.100.7",
        )

    text = text_of(administrator_browser.get(address("/activity")))

    assert "Tokens per hour" in text
    assert f"<code>…{machine.secret.last_four}</code>" in text
    assert [str(n) for n in (41, 42, 43) if f'<td class="num">{n}</td>' in text] == ["41", "42"]


def test_activity_reads_as_often_however_much_there_is(
    administrator_browser, machine, address, now
):
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            administrator_browser.get(address("/activity"))
        return len(seen)

    administrator_browser.get(address("/activity"))
    refused(machine, now, cause="secret-expired", secret=machine.secret)
    few = queries()
    for day in range(1, 9):
        at = now - timedelta(days=day)
        refused(machine, at, cause="secret-expired", secret=machine.secret)

    assert queries() == few

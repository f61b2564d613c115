"""How a client is doing: in the list, in Details with what to do, and in the strip above."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest

from clients_app.models import Client, TokenRefusal
from clients_app.rules.health import ADVICE
from clients_app.rules.secret_format import new_secret
from clients_app.services.clients.bulk import add_owners
from clients_app.services.clients.edits import set_enabled
from clients_app.services.people.accounts import set_active
from clients_app.services.secrets.changes import remove_secret
from clients_app.services.tokens.credentials import Credential
from clients_app.services.usage import counts, refused_requests
from tests.actors import command_line_in
from tests.conftest import Machine
from tests.factories import insert_clients, insert_secrets, let_call, make_client
from tests.responses import HTMX, text_of

LIST = "/security/clients"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _nothing_counted_before():
    refused_requests.refused.take()
    counts.issued.take()


def refuse(browser, client: Client, plain: str) -> None:
    """Send a token request that is refused, and write the counts."""
    body = f"grant_type=client_credentials&client_id={client.pk}&client_secret={plain}"
    reply = browser.post("/identity/connect/token", body, "application/x-www-form-urlencoded")
    assert reply.status_code == 401
    counts.flush()


def issue(machine: Machine) -> None:
    """Count a token of the machine, and write the counts."""
    counts.count_token(
        str(machine.client.pk),
        Credential.of_secret(machine.secret.pk),
        lifetime_s=3600,
        address="127.0.0.1",
        now=datetime.now(UTC),
    )
    counts.flush()


def state_in_list(browser, client: Client) -> str:
    """Return the word in the Status column of a client's row."""
    row = text_of(browser.get(LIST, {"q": str(client.pk)})).split(f'id="row-{client.pk}"')[1]
    found = re.search(r'<span class="status[^>]*><span[^>]*>([^<]+)<', row)
    assert found, row
    return found[1]


def strip_in(reply) -> dict[str, str]:
    """Return the words of each link of the strip, with its address."""
    links = re.findall(
        r'<a class="attention-link[^>]* href="([^"]+)"[^>]*><b class="num">([^<]+)</b> ([^<]+)<',
        text_of(reply),
    )
    return {f"{number} {words}": to.replace("&amp;", "&") for to, number, words in links}


def test_client_fails_from_its_first_refused_request_to_its_next_token(
    administrator_browser, browser, machine
):
    details = f"{LIST}/{machine.client.pk}"
    issue(machine)
    assert state_in_list(administrator_browser, machine.client) == "Working"
    assert 'id="health"' not in text_of(administrator_browser.get(details))

    refuse(browser, machine.client, new_secret())
    assert state_in_list(administrator_browser, machine.client) == "Failing"
    text = text_of(administrator_browser.get(details))
    assert '<span class="badge badge-bad">Failing</span>' in text
    assert "unknown secret from 127.0.0.1." in text
    assert "Check the Client Secret in the settings of the machine." in text
    assert f'href="{details}/activity"' in text.split('id="see-refused"')[1][:120]

    issue(machine)
    assert state_in_list(administrator_browser, machine.client) == "Working"
    assert "Some requests are refused" in text_of(administrator_browser.get(details))


def test_client_without_a_live_secret_cannot_request_tokens(
    administrator_browser, machine, tenant, now
):
    mara = command_line_in(tenant)
    remove_secret(machine.client, machine.secret.pk, actor=mara, now=now)
    expired = insert_clients(["Expired"], tenant)[0]
    insert_secrets(expired, 1, expires_at=now - timedelta(seconds=1))

    for client in (machine.client, expired):
        assert state_in_list(administrator_browser, client) == "Cannot request tokens"
        text = text_of(administrator_browser.get(f"{LIST}/{client.pk}"))
        assert "It has no live secret, public key or federated identity" in text
        assert f'href="{LIST}/{client.pk}/secrets/add"' in text.split('id="health-add-secret"')[1]


@pytest.mark.parametrize("cause", TokenRefusal.Cause.values)
def test_details_say_what_to_do_about_each_cause(administrator_browser, machine, now, cause):
    Client.objects.update(last_refused_at=now)
    moment = {"day": now.date(), "first_at": now, "last_at": now}
    TokenRefusal.objects.create(client=machine.client, cause=cause, requests=1, **moment)

    text = text_of(administrator_browser.get(f"{LIST}/{machine.client.pk}"))

    assert html.escape(ADVICE[cause]) in text


def test_unused_and_disabled_clients_say_so(administrator_browser, machine, tenant, now):
    assert state_in_list(administrator_browser, machine.client) == "Unused"
    text = text_of(administrator_browser.get(f"{LIST}/{machine.client.pk}"))
    assert "It has not been issued a token yet." in text

    Client.objects.update(last_token_at=now - 91 * DAY)
    text = text_of(administrator_browser.get(f"{LIST}/{machine.client.pk}"))
    assert "It has not been issued a token in 90 days." in text

    set_enabled(machine.client, enabled=False, actor=command_line_in(tenant), now=now)
    assert state_in_list(administrator_browser, machine.client) == "Disabled"
    text = text_of(administrator_browser.get(f"{LIST}/{machine.client.pk}"))
    assert "Every token request is refused until it is enabled." in text
    assert text.count(f"{machine.client.pk}/disable") == 0


def test_reader_sees_the_state_but_not_who_was_refused(colleague_browser, browser, machine):
    refuse(browser, machine.client, new_secret())

    assert state_in_list(colleague_browser, machine.client) == "Failing"
    text = text_of(colleague_browser.get(f"{LIST}/{machine.client.pk}"))
    assert "127.0.0.1" not in text
    assert "see-refused" not in text


@pytest.mark.both_databases
def test_strip_counts_each_state_and_its_links_show_the_same_clients(
    administrator_browser, administrator, tenant, now
):
    actor = command_line_in(tenant)
    old = now - 200 * DAY
    make_client("week", tenant, now=old, expires_at=now + 6 * DAY)
    make_client("month", tenant, now=old, expires_at=now + 20 * DAY)
    owned = make_client("owned", tenant, now=now, expires_at=now + 300 * DAY).client
    add_owners([owned.pk], frozenset([administrator.pk]), actor=actor, now=now)
    bare = make_client("bare", tenant, now=now, expires_at=now + 300 * DAY)
    remove_secret(bare.client, bare.secret.pk, actor=actor, now=now)
    Client.objects.filter(pk=owned.pk).update(last_refused_at=now)
    Client.objects.filter(name="month").update(client_type="hybrid")

    strip = strip_in(administrator_browser.get(LIST))

    assert list(strip) == [
        "1 refused today",
        "1 expires this week",
        "2 expire this month",
        "1 with no secrets",
        "3 with no owner",
        "2 unused",
    ]
    for words, to in strip.items():
        shown = text_of(administrator_browser.get(to))
        listed = re.findall(r'id="count-(?:client-credentials|hybrid)">(\d+)<', shown)
        assert words.startswith(f"{sum(map(int, listed))} ")
        assert 'aria-current="true"><b' in shown


@pytest.mark.both_databases
def test_strip_link_leads_to_the_type_that_has_such_clients(administrator_browser, tenant, now):
    make_client("pump", tenant, now=now, expires_at=now + 300 * DAY)
    Client.objects.filter(pk=insert_clients(["app"], tenant)[0].pk).update(
        client_type="hybrid", last_refused_at=now
    )

    strip = strip_in(administrator_browser.get(LIST))

    assert strip["1 refused today"] == f"{LIST}?type=hybrid&show=refused"


def test_strip_is_replaced_by_a_quiet_line_if_all_is_well(
    administrator_browser, administrator, tenant, now
):
    assert "Nothing needs attention" not in text_of(administrator_browser.get(LIST))  # no clients
    client = make_client("pump", tenant, now=now, expires_at=now + 300 * DAY).client
    owner = frozenset([administrator.pk])
    add_owners([client.pk], owner, actor=command_line_in(tenant), now=now)

    reply = administrator_browser.get(LIST)

    assert strip_in(reply) == {}
    assert "Nothing needs attention." in text_of(reply)


def test_owner_who_cannot_sign_in_counts_as_none(
    administrator_browser, administrator, colleague, machine, now
):
    actor = command_line_in(administrator.tenant)
    add_owners([machine.client.pk], frozenset([colleague.pk]), actor=actor, now=now)
    assert "1 with no owner" not in strip_in(administrator_browser.get(LIST))

    set_active(colleague, active=False, actor=actor, now=now)
    assert "1 with no owner" in strip_in(administrator_browser.get(LIST))

    set_active(colleague, active=True, actor=actor, now=now)
    assert "1 with no owner" not in strip_in(administrator_browser.get(LIST))


def test_list_that_refreshes_itself_brings_the_strip(administrator_browser, machine):
    text = text_of(administrator_browser.get(LIST, headers={**HTMX, "HX-Target": "list"}))

    assert re.search(r'<nav class="attention" id="attention"[^>]* hx-swap-oob="true">', text)
    text = text_of(administrator_browser.get(LIST, headers={**HTMX, "HX-Target": "clients"}))
    assert text.count('id="attention"') == 1
    assert 'id="attention" hx-swap-oob' not in text


def test_row_shows_seven_days_of_tokens_and_refusals(administrator_browser, browser, machine):
    issue(machine)
    issue(machine)
    refuse(browser, machine.client, new_secret())

    text = text_of(administrator_browser.get(LIST))

    assert "<title>7 days: 2 tokens, 1 refused request</title>" in text


def test_what_matched_the_filter_is_marked(administrator_browser, tenant, my_data_role):
    client = make_client("Pump", tenant, tags=("North <field>", "lab")).client
    client.roles.add(my_data_role)
    digits = str(client.pk)[:10]

    by_tag = text_of(administrator_browser.get(LIST, {"q": "north"}))
    assert "<mark>North</mark> &lt;field&gt;" in by_tag
    assert "lab" not in by_tag.split('id="list"')[1].split("</table>")[0]
    by_id = text_of(administrator_browser.get(LIST, {"q": digits.replace("-", "").upper()}))
    assert f"<mark>{digits}</mark>{str(client.pk)[10:]}" in by_id
    by_role = text_of(administrator_browser.get(LIST, {"role": str(my_data_role.pk)}))
    assert "<mark>MyData.Role</mark>" in by_role


def test_client_that_may_call_nothing_says_so(administrator_browser, machine: Machine):
    let_call(machine.client, built_in=False)

    assert state_in_list(administrator_browser, machine.client) == "Cannot request tokens"
    page = text_of(administrator_browser.get(f"{LIST}/{machine.client.pk}"))
    assert "It may call no API, so every token request is refused." in page
    assert "Let it call an API, or remove the client." in page
    assert f"row-{machine.client.pk}" in text_of(
        administrator_browser.get(f"{LIST}?show=no-tokens")
    )

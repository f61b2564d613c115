"""How a client is doing: in the list, in Details with what to do, and in the strip above."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest

from clients_app.models import Client, TokenRefusal
from clients_app.rules.health import ADVICE
from clients_app.rules.secret_format import new_secret
from clients_app.services.clients.edits import set_enabled
from clients_app.services.secrets.changes import remove_secret
from clients_app.services.tokens.credentials import Credential
from clients_app.services.usage import counts
from tests.actors import command_line_in
from tests.conftest import Machine
from tests.factories import insert_clients, insert_secrets, let_call, make_client
from tests.responses import text_of

pytestmark = pytest.mark.usefixtures("nothing_counted")

LIST = "/security/clients"
DAY = timedelta(days=1)


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

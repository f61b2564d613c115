"""Polling: 204 without changes, otherwise the part of the page; never counts as activity."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from clients_app.models import ApiHour, Client, NearMiss, TokenUsage
from clients_app.services.clients.edits import set_enabled
from clients_app.services.clients.removal import remove_client
from tests.actors import actor_for, command_line_in
from tests.conftest import browser_of
from tests.factories import insert_clients, make_api, make_client
from tests.responses import is_page, text_of, unmarked

START = datetime(2026, 11, 23, 8, 0, 1, tzinfo=UTC)
LIST = {"HX-Request": "true", "HX-Target": "list", "HX-Current-URL": "http://testserver/security"}
PANE = {**LIST, "HX-Target": "details"}
TABS = ("details", "secrets", "roles", "activity")


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as clock:
        yield clock


@pytest.fixture
def client(clock, tenant):
    return make_client("Pump", tenant, now=START - timedelta(days=1)).client


@pytest.fixture
def administrator_at_start(clock, administrator):
    return browser_of(administrator)


def poll_address(reply, part: str) -> str:
    """Return the address that a part of the page polls."""
    found = re.search(rf'data-poll hidden hx-get="([^"]*)"[^>]*hx-target="#{part}"', text_of(reply))
    assert found, text_of(reply)
    return html.unescape(found[1])


def test_poll_without_changes_is_an_empty_204(administrator_at_start, client):
    page = administrator_at_start.get(f"/security/clients/{client.pk}")

    for part, headers in (("list", LIST), ("details", PANE)):
        reply = administrator_at_start.get(poll_address(page, part), headers=headers)
        assert (reply.status_code, reply.content) == (204, b"")


def test_poll_of_the_apis_returns_their_counts_when_the_minute_ends(
    administrator_at_start, clock, tenant
):
    orders = make_api("Orders", tenant)
    make_api("Stock", tenant)
    live = poll_address(administrator_at_start.get("/security/apis?q=ord"), "list")
    assert administrator_at_start.get(live, headers=LIST).status_code == 204

    ApiHour.objects.create(api=orders, hour=START, tokens=1204)
    clock.shift(timedelta(minutes=1))
    reply = administrator_at_start.get(live, headers=LIST)

    assert not is_page(reply)
    assert "1,204" in text_of(reply)
    assert "Stock" not in text_of(reply)


@pytest.mark.both_databases
def test_poll_after_a_change_returns_the_filtered_list(administrator_at_start, client, tenant):
    page = administrator_at_start.get("/security/clients?q=pum&show=active")
    make_client("Pump two", tenant)
    make_client("Valve", tenant)

    reply = administrator_at_start.get(poll_address(page, "list"), headers=LIST)

    assert reply.status_code == 200
    assert not is_page(reply)
    assert "Pump two" in unmarked(reply)
    assert "Valve" not in text_of(reply)
    assert "HX-Push-Url" not in reply
    assert "HX-Replace-Url" not in reply
    assert administrator_at_start.get(poll_address(reply, "list"), headers=LIST).status_code == 204


@pytest.mark.parametrize("tab", TABS)
def test_poll_after_a_change_returns_the_open_tab(
    administrator_at_start, client, administrator, tab
):
    rest = "" if tab == "details" else f"/{tab}"
    page = administrator_at_start.get(f"/security/clients/{client.pk}{rest}?q=pum")
    set_enabled(client, enabled=False, actor=actor_for(administrator), now=START)

    reply = administrator_at_start.get(poll_address(page, "details"), headers=PANE)

    assert reply.status_code == 200
    assert not is_page(reply)
    assert "Disabled" in text_of(reply)
    assert f'hx-get="/security/clients/{client.pk}{rest}?q=pum"' in text_of(reply)
    assert (
        administrator_at_start.get(poll_address(reply, "details"), headers=PANE).status_code == 204
    )


def test_poll_after_a_token_returns_the_pane(administrator_at_start, client):
    page = administrator_at_start.get(f"/security/clients/{client.pk}/secrets")
    secret = client.secrets.get()
    times = {"hour": START.replace(second=0), "last_at": START}
    TokenUsage.objects.create(client=client, secret=secret, tokens=77, **times)
    Client.objects.filter(pk=client.pk).update(last_token_at=START)

    reply = administrator_at_start.get(poll_address(page, "details"), headers=PANE)

    assert "just now" in text_of(reply)


def test_poll_after_a_refused_request_returns_the_pane(administrator_at_start, client):
    """A near miss is there as soon as it is written, not when the minute ends."""
    page = administrator_at_start.get(f"/security/clients/{client.pk}/secrets")
    missed = {"claim": "aud", "sent": "other", "expected": "this", "problem": "audience"}
    NearMiss.objects.create(client=client, at=START, verdicts=[missed])
    Client.objects.filter(pk=client.pk).update(last_refused_at=START)

    reply = administrator_at_start.get(poll_address(page, "details"), headers=PANE)

    assert "Send exactly the expected audience." in text_of(reply)


def test_poll_updates_relative_times_every_minute(clock, administrator_at_start, client):
    page = administrator_at_start.get("/security/clients")
    clock.shift(timedelta(seconds=58))
    assert administrator_at_start.get(poll_address(page, "list"), headers=LIST).status_code == 204
    clock.shift(timedelta(seconds=2))
    assert administrator_at_start.get(poll_address(page, "list"), headers=LIST).status_code == 200


def test_poll_ignores_changes_of_another_tenant(administrator_at_start, client, stranger):
    page = administrator_at_start.get("/security/clients")
    make_client("Theirs", stranger.tenant)

    assert administrator_at_start.get(poll_address(page, "list"), headers=LIST).status_code == 204


def test_poll_of_a_removed_client_reloads_the_page(administrator_at_start, client, tenant):
    page = administrator_at_start.get(f"/security/clients/{client.pk}")
    remove_client(client, actor=command_line_in(tenant), now=START)
    at = f"/security/clients/{client.pk}"

    reply = administrator_at_start.get(
        poll_address(page, "details"), headers={**PANE, "HX-Current-URL": f"http://testserver{at}"}
    )

    assert reply["HX-Redirect"] == at
    assert administrator_at_start.get(at).status_code == 404


def test_poll_of_a_forbidden_tab_is_refused(colleague, clock, client, stranger):
    live = f"/security/clients/{client.pk}/live"
    jonas, zofia = browser_of(colleague), browser_of(stranger)

    assert [jonas.get(f"{live}/{tab}").status_code for tab in TABS] == [200, 403, 200, 403]
    assert {zofia.get(f"{live}/{tab}").status_code for tab in TABS} == {404}
    assert jonas.get(f"{live}/all").status_code == 404


def test_poll_query_count_does_not_grow_with_clients(
    administrator_at_start, client, tenant, django_assert_num_queries
):
    """Session, person, missing second factor, permissions, the tenant's last event."""
    live = poll_address(administrator_at_start.get("/security/clients"), "list")
    with django_assert_num_queries(5):
        assert administrator_at_start.get(live, headers=LIST).status_code == 204
    insert_clients([f"Client {n}" for n in range(40)], tenant)
    with django_assert_num_queries(5):
        assert administrator_at_start.get(live, headers=LIST).status_code == 204


def test_poll_does_not_prolong_the_session(clock, administrator_at_start, client):
    page = administrator_at_start.get("/security/clients")
    for _ in range(30):
        clock.shift(timedelta(minutes=1))
        assert (
            administrator_at_start.get(poll_address(page, "list"), headers=LIST).status_code == 200
        )
        assert administrator_at_start.get("/session").status_code == 204
    clock.shift(timedelta(seconds=1))

    reply = administrator_at_start.get(poll_address(page, "list"), headers=LIST)

    assert reply["HX-Redirect"].startswith("/sign-in?next=")


@pytest.mark.parametrize("headers", [{"Purpose": "prefetch"}, LIST, {"X-Live": "1"}])
def test_poll_headers_do_not_decide_about_activity(clock, administrator_at_start, client, headers):
    live = poll_address(administrator_at_start.get("/security/clients"), "list")
    clock.shift(timedelta(minutes=29))
    administrator_at_start.get(live, headers=headers)
    clock.shift(timedelta(minutes=1))
    administrator_at_start.get("/security/roles", headers=headers)  # the last moment
    clock.shift(timedelta(minutes=30))
    assert administrator_at_start.get("/security/roles").status_code == 200


def test_response_says_how_long_the_session_lasts(clock, administrator_at_start, client):
    assert administrator_at_start.get("/security/roles")["Session-Left"] == "1800"
    clock.shift(timedelta(minutes=28))
    assert administrator_at_start.get("/session")["Session-Left"] == "120"
    assert 'data-session-left="1800"' in text_of(administrator_at_start.get("/security/roles"))
    clock.shift(timedelta(minutes=29))
    assert administrator_at_start.get("/session")["Session-Left"] == "60"
    assert administrator_at_start.get("/session/stay")["Session-Left"] == "1800"


def test_session_of_twelve_hours_cannot_be_prolonged(clock, administrator_at_start, client):
    for _ in range(29):
        administrator_at_start.get("/security/roles")
        clock.shift(timedelta(minutes=24, seconds=30))
    assert administrator_at_start.get("/session/stay")["Session-Left"] == "570; final"


def test_session_time_left_signed_out_is_zero(browser, client):
    assert browser.get("/session")["Session-Left"] == "0; final"
    assert "Session-Left" not in browser.get("/sign-in")


def test_machine_endpoints_send_no_session_header(administrator_at_start, client):
    """TOK-4: a cookie changes nothing at the machine endpoints."""
    assert "Session-Left" in administrator_at_start.get("/security/clients")

    metadata = administrator_at_start.get("/identity/.well-known/openid-configuration")
    assert metadata.status_code == 200
    assert "Session-Left" not in metadata
    assert "Session-Left" not in administrator_at_start.post("/identity/connect/token")

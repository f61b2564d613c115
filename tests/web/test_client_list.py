"""The list of clients: types, filter, pages, and what each role sees."""

import re
from datetime import datetime, timedelta

import pytest

from clients_app.limits import PAGE_SIZE
from clients_app.models import Client
from tests.factories import insert_clients, make_client, make_tenant
from tests.responses import HTMX, is_page, text_of, unmarked

LIST = "/security/clients"
pytestmark = pytest.mark.both_databases


def test_front_page_redirects_to_the_list(administrator_browser):
    reply = administrator_browser.get("/?type=hybrid&q=pump")

    assert reply.status_code == 303
    assert reply["Location"] == "/security/clients?type=hybrid&q=pump"


def test_list_shows_name_id_state_and_next_expiration(administrator_browser, machine, now):
    Client.objects.filter(pk=machine.client.pk).update(last_token_at=now - timedelta(minutes=4))

    text = text_of(administrator_browser.get("/security/clients"))

    assert "Wind park reader" in text
    assert str(machine.client.pk) in text
    assert "4 minutes ago" in text
    assert ">Active<" in text
    assert 'value="client-credentials" checked' in text
    assert "Add Client" in text


def test_moments_of_the_list_can_be_read_by_programs(administrator_browser, machine, now):
    Client.objects.filter(pk=machine.client.pk).update(last_token_at=now)

    moments = re.findall(r'<time datetime="([^"]*)"', text_of(administrator_browser.get(LIST)))

    ends = machine.secret.expires_at.replace(microsecond=0)
    assert {datetime.fromisoformat(one).replace(microsecond=0) for one in moments} >= {ends}


@pytest.mark.parametrize(
    ("ends_in", "words"),
    [
        (None, "Never Expires"),
        (timedelta(days=29), "Expires in 29 days"),
        (timedelta(hours=30), "Expires in 1 day"),
        (timedelta(minutes=90), "Expires in 1 hour"),
    ],
)
def test_next_expiration_is_shown_in_words(administrator_browser, tenant, now, ends_in, words):
    ends_at = None if ends_in is None else now + ends_in + timedelta(seconds=30)
    make_client("One", tenant, now=now, expires_at=ends_at)

    assert words in text_of(administrator_browser.get("/security/clients"))


def test_next_expiration_distinguishes_expired_and_missing_secrets(
    administrator_browser, machine, now
):
    machine.client.secrets.update(created_at=now - timedelta(days=9))
    machine.client.secrets.update(expires_at=now - timedelta(days=3, minutes=1))
    assert "Expired 3 days ago" in text_of(administrator_browser.get("/security/clients"))

    machine.client.secrets.update(removed_at=now)
    assert "No secrets" in text_of(administrator_browser.get("/security/clients"))


@pytest.mark.parametrize("slash", ["", "/"])
def test_filter_matches_name_id_and_tag(administrator_browser, tenant, slash):
    wanted = make_client("Größe 7", tenant, tags=("pumps",)).client
    make_client("Another", tenant)

    for q in ("GRÖSSE", str(wanted.pk)[:8].upper(), "PUMP"):
        text = unmarked(administrator_browser.get(f"/security/clients{slash}", {"q": q}))
        assert "Größe 7" in text
        assert "Another" not in text
        assert "remove filter" in text


def test_filter_without_matches_repeats_the_query(administrator_browser, machine):
    text = text_of(administrator_browser.get("/security/clients", {"q": "<b>turbnie"}))

    assert "No clients match “&lt;b&gt;turbnie”" in text
    assert "Clear filters" in text


@pytest.mark.parametrize(
    "query", ["?page=0", "?page=-1", "?page=9", "?page=x", "?type=none", "?q=%00", "?page=²"]
)
def test_list_invalid_query_parameters_are_ignored(administrator_browser, machine, query):
    reply = administrator_browser.get(f"/security/clients{query}")

    assert reply.status_code == 200
    assert "Wind park reader" in text_of(reply)


@pytest.mark.parametrize(("count", "pages"), [(50, 1), (51, 2)])
def test_page_of_the_list_has_at_most_50_clients(administrator_browser, tenant, count, pages):
    insert_clients([f"Pump {n:03}" for n in range(1, count + 1)], tenant)

    text = text_of(administrator_browser.get("/security/clients"))
    assert "Pump 050" in text
    assert "Pump 051" not in text
    assert (f"Page 1 of {pages}" in text) is (pages > 1)


def test_page_links_keep_type_and_filter(administrator_browser, tenant):
    insert_clients([f"Pump {n:03}" for n in range(PAGE_SIZE + 1)], tenant)

    first = text_of(administrator_browser.get("/security/clients", {"q": "pump"}))
    second = unmarked(administrator_browser.get("/security/clients", {"q": "pump", "page": 2}))

    assert f"Page 1 of 2, {PAGE_SIZE + 1} Client-Credentials clients" in first
    assert "?type=client-credentials&amp;q=pump&amp;page=2" in first
    assert "Pump 050" in second
    assert "Pump 049" not in second


@pytest.mark.parametrize(
    ("client_type", "label"),
    [("hybrid", "Hybrid"), ("authorization-code", "Authorization Code")],
)
def test_client_types_each_have_a_list_and_an_add_window(
    administrator_browser, machine, client_type, label
):
    text = text_of(administrator_browser.get("/security/clients", {"type": client_type}))

    assert f"No {label} clients yet" in text
    assert text.count(f'href="/security/clients/add/{client_type}"') == 2
    assert f'href="/help/get-started/{client_type}"' in text


def test_list_fragment_has_counts_and_pushes_the_address(administrator_browser, machine):
    reply = administrator_browser.get(
        "/security/clients",
        {"type": "client-credentials", "q": "wind"},
        headers={"HX-Request": "true", "HX-Target": "clients", "HX-Trigger-Name": "q"},
    )

    text = text_of(reply)
    assert not is_page(reply)
    assert 'id="clients"' in text
    assert 'id="count-client-credentials" hx-swap-oob="true">1<' in text
    assert reply["HX-Replace-Url"] == "/security/clients?type=client-credentials&q=wind"


def test_choosing_a_type_pushes_a_history_entry(administrator_browser, machine):
    headers = {"HX-Request": "true", "HX-Target": "clients", "HX-Trigger-Name": "type"}
    reply = administrator_browser.get("/security/clients", {"type": "hybrid"}, headers=headers)

    assert reply["HX-Push-Url"] == "/security/clients?type=hybrid"


def test_history_restore_request_gets_the_whole_page(administrator_browser, machine):
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}

    assert is_page(administrator_browser.get("/security/clients", headers=headers))


def test_list_is_refetched_alone_after_a_change(administrator_browser, machine):
    headers = {**HTMX, "HX-Target": "list"}
    text = text_of(administrator_browser.get("/security/clients", headers=headers))

    assert text.count('id="list"') == 1
    assert 'id="clients"' not in text


def test_list_viewer_is_not_offered_forbidden_operations(colleague_browser, machine):
    text = text_of(colleague_browser.get("/security/clients"))

    assert "Wind park reader" in text
    assert "Add Client" not in text


def test_list_of_another_tenant_is_separate(stranger_browser, stranger, machine):
    make_client("Pump", stranger.tenant)

    text = text_of(stranger_browser.get("/security/clients"))
    assert "Pump" in text
    assert "Wind park reader" not in text


def test_list_query_count_does_not_grow_with_clients(
    administrator_browser, tenant, django_assert_max_num_queries
):
    insert_clients([f"Pump {n}" for n in range(40)], tenant)
    with django_assert_max_num_queries(20):
        administrator_browser.get("/security/clients")


def test_left_pane_shows_the_tenant(stranger_browser):
    assert "Cranes GmbH" in text_of(stranger_browser.get("/security/clients"))
    make_tenant("Third")
    assert "Third" not in text_of(stranger_browser.get("/security/clients"))

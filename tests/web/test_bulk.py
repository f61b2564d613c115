"""Bulk operations: one confirmation, all or nothing, one event per client."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from clients_app.errors import RuleBroken
from clients_app.limits import BULK_MAX, OWNERS_MAX, TAGS_MAX
from clients_app.models import AuditEvent, Client
from clients_app.services.clients.bulk import enable_all
from tests.actors import actor_for
from tests.conftest import browser_of
from tests.factories import make_client, make_person
from tests.responses import HTMX, is_page, text_of

LIST = "/security/clients"
BULK = f"{LIST}/bulk"


@pytest.fixture
def three_clients(tenant) -> list[Client]:
    return [make_client(name, tenant).client for name in ("One", "Two", "Three")]


def ids_of(clients) -> list[str]:
    return [str(client.pk) for client in clients]


def run_bulk(browser, operation: str, clients, **fields):
    sent = {"clients": ids_of(clients), "to": f"{LIST}?select=1", **fields}
    return browser.post(f"{BULK}/{operation}", sent, headers=HTMX)


def test_select_shows_a_checkbox_for_each_client(
    administrator_browser, colleague_browser, three_clients
):
    text = text_of(administrator_browser.get(LIST, {"select": "1"}))
    assert text.count('name="clients"') == 3
    assert f'formaction="{BULK}/disable"' in text
    assert f'href="{LIST}?type=client-credentials&amp;select=1"' in text_of(
        administrator_browser.get(LIST)
    )

    assert 'name="clients"' not in text_of(colleague_browser.get(LIST, {"select": "1"}))
    assert "select=1" not in text_of(colleague_browser.get(LIST))


def test_bulk_button_without_scripts_sends_the_ticks_by_post(
    administrator, csrf_browser, three_clients
):
    """400 ids in an address would be 18 KB."""
    csrf_browser.force_login(administrator)
    text = text_of(csrf_browser.get(LIST, {"select": "1"}))
    (button,) = re.findall(r'<button[^>]*id="bulk-disable"[^>]*>', text)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', button)[1]
    assert f'formmethod="post" formaction="{BULK}/disable"' in button
    assert '<input type="hidden" name="back" value="1">' in text

    sent = {"clients": ids_of(three_clients), "back": "1", "to": f"{LIST}?select=1"}
    window = csrf_browser.post(f"{BULK}/disable", sent | {"csrfmiddlewaretoken": token})
    assert window.status_code == 200
    assert "Applies to all 3 clients" in text_of(window)
    assert Client.objects.filter(is_enabled=True).count() == 3
    assert csrf_browser.post(f"{BULK}/disable", sent).status_code == 403


@pytest.mark.parametrize("operation", ["disable", "enable", "tags", "owners", "roles", "remove"])
def test_bulk_window_names_each_client(administrator_browser, three_clients, operation):
    asked = {"clients": ids_of(three_clients), "to": f"{LIST}?q=o"}
    window = administrator_browser.get(f"{BULK}/{operation}", asked, headers=HTMX)

    assert not is_page(window)
    text = text_of(window)
    assert all(f">{name}<" in text for name in ("One", "Two", "Three"))
    assert "Applies to all 3 clients" in text
    assert 'name="to" value="/security/clients?q=o"' in text
    assert is_page(administrator_browser.get(f"{BULK}/{operation}", asked))


@pytest.mark.both_databases
def test_bulk_disable_and_enable_changes_all_clients(administrator_browser, three_clients):
    assert run_bulk(administrator_browser, "disable", three_clients[:2]).status_code == 204
    assert Client.objects.filter(is_enabled=True).count() == 1

    reply = run_bulk(administrator_browser, "disable", three_clients)
    assert "1 client disabled. 2 needed no change." in reply["HX-Trigger"]
    assert AuditEvent.objects.filter(action="client.disabled").count() == 3

    run_bulk(administrator_browser, "enable", three_clients)
    assert Client.objects.filter(is_enabled=True).count() == 3


def test_bulk_without_htmx_redirects_to_the_list(administrator_browser, three_clients):
    sent = {"clients": ids_of(three_clients), "to": f"{LIST}?q=o&select=1"}
    reply = administrator_browser.post(f"{BULK}/disable", sent)

    assert (reply.status_code, reply["Location"]) == (303, f"{LIST}?q=o&select=1")
    elsewhere = administrator_browser.post(f"{BULK}/enable", sent | {"to": "https://evil.example/"})
    assert elsewhere["Location"] == "/"


@pytest.mark.both_databases
def test_bulk_tags_are_added_removed_and_recorded(administrator_browser, three_clients):
    three_clients[0].tags.create(name="Old", name_key="old")
    three_clients[1].tags.create(name="north", name_key="north")

    reply = run_bulk(administrator_browser, "tags", three_clients, add="North, pumps", remove="OLD")

    assert reply.status_code == 204
    held = [sorted(client.tags.values_list("name", flat=True)) for client in three_clients]
    assert held == [["North", "pumps"], ["north", "pumps"], ["North", "pumps"]]
    event = AuditEvent.objects.filter(action="client.edited", client_id=three_clients[0].pk).get()
    assert '"before":{"tags":["Old"]}' in event.canonical
    assert Client.objects.get(pk=three_clients[0].pk).version == 2


@pytest.mark.both_databases
def test_bulk_with_one_invalid_client_changes_none(administrator_browser, three_clients):
    for number in range(TAGS_MAX):
        three_clients[2].tags.create(name=f"t{number}", name_key=f"t{number}")

    reply = run_bulk(administrator_browser, "tags", three_clients, add="one more", remove="")

    assert reply.status_code == 422
    assert "Three would then have more than 20 tags." in text_of(reply)
    assert 'value="one more"' in text_of(reply)
    assert not three_clients[0].tags.exists()
    assert not AuditEvent.objects.filter(action="client.edited").exists()


def test_bulk_owners_are_added_to_existing_owners(
    administrator_browser, administrator, colleague, three_clients
):
    three_clients[0].owners.add(administrator)

    reply = run_bulk(administrator_browser, "owners", three_clients[:2], owners=[str(colleague.pk)])

    assert reply.status_code == 204
    assert set(three_clients[0].owners.all()) == {administrator, colleague}
    assert set(three_clients[1].owners.all()) == {colleague}
    assert AuditEvent.objects.filter(action="client.owners.changed").count() == 2


def test_bulk_owners_beyond_the_limit_are_refused(
    administrator_browser, tenant, stranger, colleague, three_clients
):
    for number in range(OWNERS_MAX):
        three_clients[0].owners.add(make_person(f"p{number}", tenant))

    too_many = run_bulk(administrator_browser, "owners", three_clients, owners=[str(colleague.pk)])
    assert "One would then have more than 20 Owners." in text_of(too_many)
    foreign = run_bulk(administrator_browser, "owners", three_clients, owners=[str(stranger.pk)])
    assert "Select people from the list." in text_of(foreign)
    nobody = run_bulk(administrator_browser, "owners", three_clients)
    assert "Select people in this tenant." in text_of(nobody)
    assert {too_many.status_code, foreign.status_code, nobody.status_code} == {422}
    assert not three_clients[1].owners.exists()


def test_bulk_asks_for_proof_like_the_single_operation(administrator, three_clients):
    browser = browser_of(administrator, proof_age=timedelta(minutes=30))

    assert "Confirm your identity" in text_of(run_bulk(browser, "owners", three_clients))
    assert "Confirm your identity" in text_of(run_bulk(browser, "disable", three_clients))
    assert run_bulk(browser, "tags", three_clients, add="north").status_code == 204


@pytest.mark.parametrize(
    ("operation", "fields", "sentence"),
    [
        ("tags", {"add": "", "remove": ""}, "Enter a tag to add or to remove."),
        ("tags", {"add": "x" * 51, "remove": ""}, "50 characters"),
        ("tags", {"add": "", "remove": "\u202e"}, "direction"),
    ],
)
def test_bulk_invalid_input_is_kept(
    administrator_browser, three_clients, operation, fields, sentence
):
    reply = run_bulk(administrator_browser, operation, three_clients, **fields)

    assert reply.status_code == 422
    assert sentence in text_of(reply)
    assert all(pk in text_of(reply) for pk in ids_of(three_clients))


def test_bulk_without_clients_is_refused(administrator_browser):
    none = run_bulk(administrator_browser, "disable", [])
    assert none.status_code == 422
    assert "Select at least one client." in text_of(none)


def test_bulk_of_as_many_as_allowed_works_and_one_more_is_refused(administrator, now):
    actor = actor_for(administrator)
    ids = [uuid4() for _ in range(BULK_MAX + 1)]

    assert enable_all(ids[1:], enabled=False, actor=actor, now=now).gone == BULK_MAX
    with pytest.raises(RuleBroken, match="Select at most 400 clients"):
        enable_all(ids, enabled=False, actor=actor, now=now)


@pytest.mark.both_databases
def test_bulk_skips_removed_and_foreign_clients(
    administrator_browser, stranger_browser, three_clients, now
):
    Client.objects.filter(pk=three_clients[0].pk).update(removed_at=now)

    reply = run_bulk(administrator_browser, "disable", three_clients)
    assert "2 clients disabled. 1 had already been removed." in reply["HX-Trigger"]

    run_bulk(stranger_browser, "enable", three_clients)
    assert not Client.objects.filter(pk=three_clients[1].pk, is_enabled=True).exists()
    window = stranger_browser.get(
        f"{BULK}/disable", {"clients": ids_of(three_clients)}, headers=HTMX
    )
    assert "Two" not in text_of(window)


def test_bulk_by_a_non_administrator_is_refused(colleague_browser, three_clients):
    for operation in ("disable", "enable", "tags", "owners", "roles", "remove"):
        assert run_bulk(colleague_browser, operation, three_clients).status_code == 403
    assert Client.objects.filter(is_enabled=True).count() == 3


def test_bulk_unknown_operation_is_not_found(administrator_browser):
    assert administrator_browser.get(f"{BULK}/rotate").status_code == 404

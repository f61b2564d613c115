"""What needs attention above the list: the strip, its links, and the line if all is well."""

import re

import pytest

from clients_app.models import Client
from clients_app.services.clients.bulk import add_owners
from clients_app.services.people.accounts import set_active
from clients_app.services.secrets.changes import remove_secret
from tests.actors import command_line_in
from tests.factories import insert_clients, make_client
from tests.responses import HTMX, text_of
from tests.web.test_client_health import DAY, LIST

pytestmark = pytest.mark.usefixtures("nothing_counted")


def strip_in(reply) -> dict[str, str]:
    """Return the words of each link of the strip, with its address."""
    links = re.findall(
        r'<a class="attention-link[^>]* href="([^"]+)"[^>]*><b class="num">([^<]+)</b> ([^<]+)<',
        text_of(reply),
    )
    return {f"{number} {words}": to.replace("&amp;", "&") for to, number, words in links}


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

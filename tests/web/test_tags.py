"""Tags: what is suggested where they are typed, and the list of the clients with one."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from clients_app.models import Client
from tests.factories import make_client, make_tenant
from tests.responses import HTMX, text_of
from tests.web.test_client_list_states import names_in

LIST = "/security/clients"


@pytest.fixture
def tagged(tenant, now) -> list[Client]:
    made = [
        make_client("Pump 1", tenant, now=now, tags=("Leipzig", "R&D")).client,
        make_client("Pump 2", tenant, now=now, tags=("leipzig",)).client,
        make_client("Gate", tenant, now=now, tags=("Leipzig-South",)).client,
        make_client("Old", tenant, now=now, tags=("removed",)).client,
    ]
    Client.objects.filter(pk=made[3].pk).update(removed_at=now, is_enabled=False)
    make_client("Foreign", make_tenant("Cranes GmbH"), now=now, tags=("Leipzig", "secret"))
    return made


def offered_in(text: str) -> list[str]:
    (listed,) = re.findall(r'<datalist id="tag-list">(.*?)</datalist>', text, re.DOTALL)
    return re.findall(r'<option value="([^"]*)">', listed)


def test_tag_filter_lists_the_clients_with_this_tag_whatever_its_case(colleague_browser, tagged):
    text = text_of(reply := colleague_browser.get(LIST, {"tag": "LEIPZIG"}))

    assert names_in(reply) == ["Pump 1", "Pump 2"]
    assert 'aria-label="Tag: LEIPZIG, remove filter"' in text
    assert f'class="chip" href="{LIST}?type=client-credentials"' in text
    assert '<input type="hidden" name="tag" value="LEIPZIG">' in text
    assert "2 of 3 clients" in text
    assert names_in(colleague_browser.get(LIST, {"tag": "LEIPZIG", "q": "pump 2"})) == ["Pump 2"]


@pytest.mark.parametrize("tag", ["nothing", "\0", "x" * 300, "leip", "removed", "secret", "%"])
def test_tag_filter_without_a_client_says_so(colleague_browser, tagged, tag):
    reply = colleague_browser.get(LIST, {"tag": tag}, headers=HTMX | {"HX-Target": "clients"})

    assert reply.status_code == 200
    shown = names_in(reply)
    assert shown == [] if tag.strip("\0") else len(shown) == 3


def test_tag_filter_is_kept_by_pages_export_and_saved_filters(administrator_browser, tagged):
    text = text_of(administrator_browser.get(LIST, {"tag": "R&D", "select": "1"}))

    assert 'href="/security/clients/export?type=client-credentials&amp;tag=R%26D"' in text
    assert 'href="/security/clients/filters/add?type=client-credentials&amp;tag=R%26D"' in text
    assert f"/{tagged[0].pk}?tag=R%26D&amp;select=1" in text
    window = text_of(administrator_browser.get(f"{LIST}/export?tag=R%26D"))
    assert "1 client, with the columns of the list." in window


def test_tag_in_details_and_in_the_list_leads_to_the_clients_with_it(colleague_browser, tagged):
    link = f'<a class="badge" href="{LIST}?type=client-credentials&amp;tag=R%26D"'

    assert link in text_of(colleague_browser.get(f"{LIST}/{tagged[0].pk}"))
    assert link in text_of(colleague_browser.get(LIST, {"q": "r&d"}))


def test_tags_of_the_tenant_are_suggested_where_tags_are_typed(administrator_browser, tagged):
    chosen = f"clients={tagged[0].pk}"
    for path in ("add", f"{tagged[0].pk}/edit", f"bulk/tags?{chosen}"):
        text = text_of(administrator_browser.get(f"{LIST}/{path}"))
        assert offered_in(text) == ["leipzig", "Leipzig-South", "R&amp;D"], path
        assert 'list="tag-list" data-words' in text


def test_suggested_tags_are_read_again_after_half_a_minute(
    administrator_browser, tagged, tenant, now, time_machine
):
    assert len(offered_in(text_of(administrator_browser.get(f"{LIST}/add")))) == 3
    make_client("Pump 3", tenant, now=now, tags=("Aachen",))

    time_machine.move_to(timezone.now() + timedelta(seconds=31))
    text = text_of(administrator_browser.get(f"{LIST}/add"))
    assert offered_in(text)[0] == "Aachen"

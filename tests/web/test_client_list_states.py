"""The list by Show, role and column: each state has an address; invalid values are ignored."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from clients_app.limits import PAGE_SIZE
from clients_app.models import Client
from clients_app.selectors.clients.shows import Show
from clients_app.web.list_state import SHOWN
from tests.factories import insert_clients, insert_secrets, make_client
from tests.responses import HTMX, text_of, unmarked

LIST = "/security/clients"
FRAGMENT = {**HTMX, "HX-Target": "clients"}


def names_in(reply) -> list[str]:
    """Return the names in the list, in order."""
    return re.findall(r'<th scope="row">(?:<a[^>]*>)?([^<]+)<', unmarked(reply))


def test_show_lists_all_states_and_keeps_the_choice(administrator_browser, machine):
    for show, label in SHOWN.items():
        text = text_of(administrator_browser.get(LIST, {"show": show.value}))
        assert f'<option value="{show.value}" selected>{label}</option>' in text
        assert text.count("<option ") == len(SHOWN) == 17


def test_state_filter_role_and_order_become_chips_and_links(
    administrator_browser, tenant, my_data_role
):
    first, second, _third = insert_clients(["Pump 1", "Pump 2", "Pump 3"], tenant)
    insert_clients(["Gate"], tenant)[0].roles.add(my_data_role)
    for client in (first, second):
        client.roles.add(my_data_role)
    query = {"q": "pump", "show": "active", "role": str(my_data_role.pk), "sort": "-name"}
    text = text_of(reply := administrator_browser.get(LIST, query))

    assert names_in(reply) == ["Pump 2", "Pump 1"]
    assert text.count("2 of 4 clients") == 2  # with the filters, and at the foot
    for chip in ("Filter: pump", "Active", "Role: MyData.Role"):
        assert f'aria-label="{chip}, remove filter"' in text
    role = f"role={my_data_role.pk}"
    start = f"{LIST}?type=client-credentials"
    assert f'href="{start}&amp;show=active&amp;{role}&amp;sort=-name"' in text  # without the filter
    assert f'href="{start}&amp;q=pump&amp;{role}&amp;sort=-name"' in text  # without the state
    assert f'href="{start}&amp;q=pump&amp;show=active&amp;sort=-name"' in text  # without the role
    assert f'name="role" value="{my_data_role.pk}"' in text
    assert 'name="sort" value="-name"' in text
    assert f"{second.pk}?q=pump&amp;show=active&amp;{role}&amp;sort=-name" in text


def test_role_holders_link_to_the_clients_with_that_role(
    administrator_browser, machine, my_data_role
):
    machine.client.roles.add(my_data_role)
    insert_clients(["Without"], machine.client.tenant)
    link = f"{LIST}?role={my_data_role.pk}"

    holders = administrator_browser.get(f"/security/roles/{my_data_role.pk}")
    assert f'href="{link}">Show in Clients</a>' in text_of(holders)
    assert names_in(administrator_browser.get(link)) == ["Wind park reader"]


@pytest.mark.both_databases
@pytest.mark.parametrize("column", ["name", "status", "expires", "roles", "used"])
def test_column_head_sorts_and_reverses(administrator_browser, tenant, now, column):
    first = insert_clients(["a", "b"], tenant)[0]
    Client.objects.filter(pk=first.pk).update(last_token_at=now)
    insert_secrets(first, 1)
    rising = administrator_browser.get(LIST, {"sort": column})
    falling = administrator_browser.get(LIST, {"sort": f"-{column}"})

    assert text_of(rising).count('aria-sort="ascending"') == 1
    assert text_of(falling).count('aria-sort="descending"') == 1
    assert f"sort=-{column}" in text_of(rising)
    assert set(names_in(rising)) == set(names_in(falling)) == {"a", "b"}


@pytest.mark.parametrize(
    ("client_type", "heads"),
    [
        ("client-credentials", ["name", "status", "expires", "roles", "used"]),
        ("authorization-code", ["name", "status", "used"]),
        ("hybrid", ["name", "status", "expires", "used"]),
    ],
)
def test_column_unused_by_a_type_is_hidden(administrator_browser, tenant, client_type, heads):
    insert_clients(["a", "b"], tenant)
    Client.objects.update(client_type=client_type)
    text = text_of(administrator_browser.get(LIST, {"type": client_type, "sort": "-roles"}))

    assert re.findall(r'id="sort-(\w+)"', text) == heads
    row = text.split("<tbody")[1].split("</tr>")[0]
    assert len(re.findall(r"<t[dh][ >]", row)) == len(heads)
    sorted_by = re.findall(r'aria-sort="\w+"><a class="sort" id="sort-(\w+)"', text)
    assert sorted_by == (["roles"] if "roles" in heads else ["name"])


@pytest.mark.both_databases
def test_sort_by_last_token_orders_the_list(administrator_browser, tenant, now):
    for days, client in enumerate(insert_clients(["a", "b", "c"], tenant), start=1):
        Client.objects.filter(pk=client.pk).update(last_token_at=now - timedelta(days=days))
    insert_clients(["never"], tenant)

    assert names_in(administrator_browser.get(LIST, {"sort": "used"})) == ["c", "b", "a", "never"]
    assert names_in(administrator_browser.get(LIST, {"sort": "-used"})) == ["a", "b", "c", "never"]


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "query",
    [
        {"sort": "removed"},
        {"sort": "digest"},
        {"sort": "-"},
        {"sort": "--name"},
        {"sort": "name_key; DROP"},
        {"show": "everything"},
        {"show": "removed\x00"},
        {"role": "x"},
        {"role": "x" * 36},
        {"role": "5f0c2c1e8d4b4c599a1e3f6f7f0b92d4"},
        {"page": "9" * 30, "count": "1e9"},
        {"client__secrets__digest__startswith": "$argon2", "order": "secret__digest"},
        {"page": "abc", "type": "none", "sort": "used", "show": "ALL"},
    ],
)
def test_list_state_invalid_values_are_ignored(administrator_browser, machine, query):
    """WEB-1."""
    for headers in ({}, FRAGMENT):
        reply = administrator_browser.get(LIST, query, headers=headers)
        assert reply.status_code == 200
        assert names_in(reply) == ["Wind park reader"]


def test_role_filter_of_a_removed_role_matches_nothing(administrator_browser, machine):
    text = text_of(administrator_browser.get(LIST, {"role": str(uuid4())}))

    assert "No clients match these filters" in text
    assert "Clear filters" in text


def test_removed_clients_show_days_left_and_who_removed_them(administrator_browser, tenant, now):
    late, lately = insert_clients(["Late", "Lately"], tenant)
    for client, days in ((late, 27), (lately, 2)):
        removed_at = now - timedelta(days=days)
        Client.objects.filter(pk=client.pk).update(removed_at=removed_at, removed_by="Jonas")
    make_client("There", tenant)
    text = text_of(reply := administrator_browser.get(LIST, {"show": "removed"}))

    assert names_in(reply) == ["Late", "Lately"]
    for words in (
        "3 days left",
        "28 days left",
        "Jonas",
        "2 removed clients. A restored",
        "Restore Lately",
    ):
        assert words in text
    latest = administrator_browser.get(LIST, {"show": "removed", "sort": "-removed"})
    assert names_in(latest) == ["Lately", "Late"]
    hidden = administrator_browser.get(LIST, {"show": "removed", "sort": "used"})
    assert names_in(hidden) == ["Late", "Lately"]


def test_removed_clients_empty_list_says_so(administrator_browser, machine):
    assert "No removed clients" in text_of(administrator_browser.get(LIST, {"show": "removed"}))


def test_removed_clients_without_permission_are_hidden(colleague_browser, tenant, machine, now):
    gone = insert_clients(["Gone"], tenant)[0]
    Client.objects.filter(pk=gone.pk).update(removed_at=now)
    text = text_of(reply := colleague_browser.get(LIST, {"show": "removed"}))

    assert names_in(reply) == ["Wind park reader"]
    assert ">Removed</option>" not in text


def test_page_links_keep_state_and_order(administrator_browser, tenant):
    insert_clients([f"Pump {n:03}" for n in range(PAGE_SIZE + 1)], tenant)
    text = text_of(administrator_browser.get(LIST, {"show": "active", "sort": "-name"}))

    assert "?type=client-credentials&amp;show=active&amp;sort=-name&amp;page=2" in text
    last = administrator_browser.get(LIST, {"show": "active", "sort": "-name", "page": 2})
    assert names_in(last) == ["Pump 000"]


def test_list_query_count_is_the_same_in_every_state(
    administrator_browser, tenant, my_data_role, django_assert_max_num_queries
):
    for client in insert_clients([f"Pump {n}" for n in range(60)], tenant):
        client.roles.add(my_data_role)
    for show in Show:
        for sort in ("", "-expires", "roles"):
            with django_assert_max_num_queries(22):
                query = {"show": show.value, "sort": sort, "role": str(my_data_role.pk), "q": "p"}
                administrator_browser.get(LIST, query)

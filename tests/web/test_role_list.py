"""Roles: all roles of the tenant with Role Type and holders."""

import re

import pytest

from tests.factories import make_client, make_person, make_role
from tests.responses import HTMX, is_page, text_of

ROLES = "/security/roles"


def test_role_list_shows_type_and_holders(administrator_browser, tenant, my_data_role):
    make_client("One", tenant, role_ids=frozenset({my_data_role.pk}))

    text = re.sub(r"\s+", " ", text_of(administrator_browser.get(ROLES)))

    assert "MyData.Role" in text
    assert "Tenant Custom" in text
    assert text.count(">Built-in<") == 7
    row = text.split("MyData.Role", 1)[1].split("</tr>")[0]
    assert ">1 client<" in row
    assert ">0 people<" in row


def test_role_holders_are_listed_and_both_counts_lead_there(
    administrator_browser, colleague_browser, tenant, my_data_role
):
    client = make_client("One", tenant, role_ids=frozenset({my_data_role.pk}))
    make_person("ruth", tenant).roles.add(my_data_role)
    holders = f"{ROLES}/{my_data_role.pk}"

    assert text_of(administrator_browser.get(ROLES)).count(f'href="{holders}"') == 2
    window = administrator_browser.get(holders, headers=HTMX)
    assert not is_page(window)
    assert is_page(administrator_browser.get(holders))
    assert "1 client and 1 person have this role." in text_of(window)
    assert f'href="/security/clients/{client.client.pk}"' in text_of(window)
    assert "ruth" in text_of(window)
    theirs = text_of(colleague_browser.get(holders))
    assert "1 client and 1 person have this role." in theirs
    assert "ruth" not in theirs


def test_role_holders_of_another_tenant_are_not_found(stranger_browser, my_data_role):
    assert stranger_browser.get(f"{ROLES}/{my_data_role.pk}").status_code == 404


def test_role_list_fragment_is_the_list_with_its_count(administrator_browser, my_data_role):
    reply = administrator_browser.get(ROLES, headers={**HTMX, "HX-Target": "list"})

    assert not is_page(reply)
    assert 'id="count-roles" hx-swap-oob="true">8<' in text_of(reply)


def test_role_list_viewer_is_not_offered_add(colleague_browser, my_data_role):
    text = text_of(colleague_browser.get(ROLES))

    assert "MyData.Role" in text
    assert "Add Role" not in text


def test_role_list_of_another_tenant_is_separate(stranger_browser, tenant):
    make_role("Ours", tenant)

    assert "Tenant Member" in text_of(stranger_browser.get(ROLES))
    assert "Ours" not in text_of(stranger_browser.get(ROLES))


def test_role_filter_keeps_matching_names(administrator_browser, my_data_role):
    text = text_of(administrator_browser.get(ROLES, {"q": " mydata "}))

    assert "MyData.Role" in text
    assert "Tenant Viewer" not in text
    assert 'hx-get="/security/roles?q=mydata"' in text  # the filter survives a change
    assert 'id="count-roles">8<' in text


@pytest.mark.parametrize("q", ["<b>", "x" * 5000])
def test_role_filter_without_matches_says_so(administrator_browser, q):
    text = text_of(administrator_browser.get(ROLES, {"q": q}))

    assert "No roles match" in text
    assert "<b>”" not in text
    assert "Clear filters" in text

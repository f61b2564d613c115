"""Add Role."""

import json

import pytest

from clients_app.models import Role
from clients_app.rules.built_in_roles import TENANT_CUSTOM
from tests.factories import make_role
from tests.refused_values import OF_ROLES, refused_values
from tests.responses import HTMX, is_page, text_of, value_of

ADD = "/security/roles/add"
TYPED = {"name": "MyData.Role", "description": "Read and write the streams of MyData."}


def custom_roles() -> list[str]:
    return list(Role.objects.filter(role_type_id=TENANT_CUSTOM).values_list("name", flat=True))


def test_add_role_window_is_a_page_and_a_fragment(administrator_browser):
    assert is_page(administrator_browser.get(ADD))
    fragment = administrator_browser.get(ADD, headers=HTMX)
    assert not is_page(fragment)
    assert "Tenant Custom: a role of this tenant" in text_of(fragment)


@pytest.mark.both_databases
def test_add_role_saves_and_confirms(administrator_browser):
    reply = administrator_browser.post(ADD, TYPED, headers=HTMX)

    assert reply.status_code == 204
    told = json.loads(reply["HX-Trigger"])
    assert told["toast"] == {"text": "Role MyData.Role added.", "undo": ""}
    assert "rolesChanged" in told
    assert custom_roles() == ["MyData.Role"]


def test_add_role_without_javascript_redirects_to_the_roles(administrator_browser):
    reply = administrator_browser.post(ADD, TYPED)

    assert (reply.status_code, reply["Location"]) == (303, "/security/roles")
    assert "Role MyData.Role added." in text_of(administrator_browser.get("/security/roles"))


@refused_values(**OF_ROLES)
def test_add_role_invalid_field_is_explained_and_kept(
    administrator_browser, tenant, name, value, sentence
):
    make_role("Pump reader", tenant)
    form = {"name": "Pumps.Write", "description": "", name: value}
    reply = administrator_browser.post(ADD, form, headers=HTMX)

    text = text_of(reply)
    assert reply.status_code == 422
    assert "<title>Error: Add Role · Portal</title>" in text
    assert text.count(sentence) == 2
    assert value_of(name, reply) == value
    assert custom_roles() == ["Pump reader"]


@pytest.mark.parametrize("method", ["get", "post"])
def test_add_role_by_a_viewer_is_refused(colleague_browser, method):
    reply = getattr(colleague_browser, method)(ADD, TYPED)

    assert reply.status_code == 403
    assert "Only Tenant Administrators can add a role." in text_of(reply)
    assert not custom_roles()

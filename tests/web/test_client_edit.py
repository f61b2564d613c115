"""Edit Client: every field, permissions, and concurrent changes."""

import json
from datetime import timedelta

import pytest

from clients_app.models import AuditEvent, Client, ClientOwner
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from tests.conftest import browser_of
from tests.factories import make_client, make_role, role_id
from tests.portal_process import PASSWORD
from tests.responses import HTMX, is_page, text_of, value_of

EXPIRED_PROOF = timedelta(minutes=10, seconds=5)


@pytest.fixture
def edit_address(address):
    return address("/edit")


@pytest.fixture
def form_data(machine):
    """The form data of the window as it opens."""
    return {
        "version": "1",
        "name": "Wind park reader",
        "token_lifetime": "3600",
        "description": "",
        "contact": "",
        "tags": "",
    }


def test_edit_client_window_is_filled_as_page_and_fragment(administrator_browser, tenant):
    role = make_role("MyData.Role", tenant)
    about = {"description": "Sends <levels>", "contact": "North", "tags": ("pump", "north")}
    client = make_client("Pump 14", tenant, role_ids=frozenset({role.pk}), **about).client
    page = administrator_browser.get(f"/security/clients/{client.pk}/edit")
    fragment = administrator_browser.get(f"/security/clients/{client.pk}/edit", headers=HTMX)

    assert is_page(page)
    assert not is_page(fragment)
    for reply in (page, fragment):
        assert value_of("name", reply) == "Pump 14"
        assert value_of("description", reply) == "Sends &lt;levels&gt;"
        assert value_of("tags", reply) == "pump, north"
        assert value_of("version", reply) == "1"
        assert f'value="{role.pk}" checked' in text_of(reply)
        assert "Pump 14, Client-Credentials." in text_of(reply)


def test_edit_client_every_field_is_saved_and_recorded(
    administrator_browser, machine, edit_address, form_data, tenant
):
    role = make_role("MyData.Role", tenant)
    form_data |= {
        "name": "Wind park writer",
        "roles": [str(role.pk)],
        "token_lifetime": "900",
        "description": "D",
        "contact": "C",
        "tags": "a, b",
    }
    reply = administrator_browser.post(edit_address, form_data, headers=HTMX)

    assert reply.status_code == 204
    told = json.loads(reply["HX-Trigger"])
    assert set(told) == {"clientChanged", "windowDone", "toast"}
    assert told["toast"]["text"] == "Wind park writer saved."
    client = Client.objects.get(pk=machine.client.pk)
    assert (client.name, client.token_lifetime_s) == ("Wind park writer", 900)
    assert (client.description, client.contact, client.version) == ("D", "C", 2)
    assert [tag.name for tag in client.tags.all()] == ["a", "b"]
    assert role in client.roles.all()
    assert AuditEvent.objects.filter(action="client.edited", actor_name="mara").count() == 1


def test_edit_client_without_javascript_redirects_to_the_details(
    administrator_browser, address, edit_address, form_data
):
    reply = administrator_browser.post(edit_address, form_data | {"contact": "South"})

    assert (reply.status_code, reply["Location"]) == (303, address())
    assert "South" in text_of(administrator_browser.get(reply["Location"]))


@pytest.mark.parametrize(
    ("field", "wrong", "said"),
    [
        ("name", "", "Enter a name of 1 to 200 characters."),
        ("name", "PUMP 14", "There is a client named PUMP 14 already."),
        ("token_lifetime", "59", "The shortest Token Lifetime is 60 seconds"),
        ("description", "x" * 501, "501: 1 too many"),
        ("contact", "x" * 201, "201: 1 too many"),
        ("tags", "x" * 51, "51: 1 too many"),
        ("roles", "nobody", "Select roles from the list."),
        ("owners", "nobody", "Select people from the list."),
    ],
)
def test_edit_client_invalid_field_is_explained_and_kept(
    administrator_browser, tenant, machine, edit_address, form_data, field, wrong, said
):
    make_client("Pump 14", tenant)
    reply = administrator_browser.post(edit_address, form_data | {field: wrong}, headers=HTMX)

    assert reply.status_code == 422
    assert "<title>Error: Edit Client · Portal</title>" in text_of(reply)
    assert text_of(reply).count(said) == 2
    if field not in ("roles", "owners"):
        assert value_of(field, reply) == wrong
    machine.client.refresh_from_db()
    assert machine.client.version == 1


def test_edit_client_own_name_in_other_case_is_accepted(
    administrator_browser, edit_address, form_data
):
    reply = administrator_browser.post(
        edit_address, form_data | {"name": "WIND park reader"}, headers=HTMX
    )

    assert reply.status_code == 204


def test_edit_client_tenant_administrator_needs_a_second_tick(
    administrator_browser, tenant, machine, edit_address, form_data
):
    form_data |= {"roles": [str(role_id(tenant, TENANT_ADMINISTRATOR))]}
    refused = administrator_browser.post(edit_address, form_data)
    accepted = administrator_browser.post(
        edit_address, form_data | {"confirm_admin": "on"}, headers=HTMX
    )

    assert refused.status_code == 422
    assert "Select the box that makes Wind park reader a Tenant Administrator" in text_of(refused)
    assert accepted.status_code == 204
    kept = administrator_browser.post(
        edit_address, form_data | {"version": "2", "contact": "X"}, headers=HTMX
    )
    assert kept.status_code == 204


def test_edit_client_concurrent_change_is_shown_and_not_overwritten(
    administrator_browser, machine, edit_address, form_data, tenant
):
    role = make_role("MyData.Role", tenant)
    theirs = {"contact": "South", "tags": "pumps", "roles": [str(role.pk)]}
    assert (
        administrator_browser.post(edit_address, form_data | theirs, headers=HTMX).status_code
        == 204
    )

    mine = form_data | {"contact": "North", "description": "Mine"}
    reply = administrator_browser.post(edit_address, mine, headers=HTMX)

    text = text_of(reply)
    assert reply.status_code == 422
    assert "mara changed this while the form was open. Nothing was saved." in text
    for now in ("Now: South", "Now: pumps", "Now: MyData.Role"):
        assert text.count(now) == 2
    assert value_of("contact", reply) == "North"
    assert value_of("description", reply) == "Mine"
    assert text.count("Now: \N{EN DASH}") == 2  # the description
    assert "Name: Now" not in text
    assert value_of("version", reply) == "2"
    machine.client.refresh_from_db()
    assert (machine.client.contact, machine.client.description) == ("South", "")

    again = administrator_browser.post(edit_address, mine | {"version": "2"}, headers=HTMX)
    assert again.status_code == 204
    machine.client.refresh_from_db()
    assert (machine.client.contact, machine.client.version) == ("North", 3)


@pytest.mark.parametrize("version", ["", "abc", "0", "²", "9" * 30])
def test_edit_client_unknown_version_saves_nothing(
    administrator_browser, machine, edit_address, form_data, version
):
    reply = administrator_browser.post(
        edit_address, form_data | {"version": version, "contact": "X"}
    )

    assert reply.status_code == 422
    machine.client.refresh_from_db()
    assert machine.client.contact == ""


def test_edit_client_forged_fields_are_ignored(
    administrator_browser, machine, edit_address, form_data, stranger
):
    """ROL-9: a forged form sends each column of the row in turn."""
    columns = {field.attname for field in Client._meta.concrete_fields}
    kept = columns - set(form_data) - {"may_introspect"}  # the fields of the form
    changes = {"version", "updated_at", "updated_by"}  # set by each edit, never by a form
    before = Client.objects.values(*kept - changes).get(pk=machine.client.pk)
    forged = dict.fromkeys(kept, "1") | {"tenant": stranger.tenant_id, "tenant_id": "1"}

    reply = administrator_browser.post(
        edit_address, forged | form_data | {"contact": "North"}, headers=HTMX
    )

    assert reply.status_code == 204
    assert Client.objects.get(pk=machine.client.pk).contact == "North"
    assert Client.objects.values(*kept - changes).get(pk=machine.client.pk) == before


def test_edit_client_owner_outside_the_tenant_is_refused(
    administrator_browser, colleague, stranger, machine, edit_address, form_data, address
):
    window = text_of(administrator_browser.get(edit_address))
    assert "jonas" in window
    assert "zofia" not in window

    reply = administrator_browser.post(
        edit_address, form_data | {"owners": [str(colleague.pk)]}, headers=HTMX
    )
    assert reply.status_code == 204
    assert list(machine.client.owners.all()) == [colleague]
    assert "jonas" in text_of(administrator_browser.get(address()))
    stolen = administrator_browser.post(edit_address, form_data | {"owners": [str(stranger.pk)]})
    assert stolen.status_code == 422


def test_edit_client_fields_and_owners_are_saved_atomically(
    administrator_browser, colleague, machine, edit_address, form_data
):
    form_data |= {"contact": "X", "version": "0", "owners": [str(colleague.pk)]}
    assert administrator_browser.post(edit_address, form_data).status_code == 422

    assert not machine.client.owners.exists()


def test_edit_client_owner_cannot_change_roles_or_owners(
    colleague, machine, edit_address, form_data, tenant, address
):
    ClientOwner.objects.create(client=machine.client, person=colleague)
    role = make_role("MyData.Role", tenant)
    machine.client.roles.add(role)
    browser = browser_of(colleague)

    window = text_of(browser.get(edit_address))
    assert 'name="roles"' not in window
    assert 'name="owners"' not in window
    assert "Edit Client" in text_of(browser.get(address()))
    assert "Remove Client" not in text_of(browser.get(address()))
    forged = form_data | {"contact": "X", "roles": [], "owners": []}
    assert browser.post(edit_address, forged, headers=HTMX).status_code == 204
    machine.client.refresh_from_db()
    assert machine.client.contact == "X"
    assert role in machine.client.roles.all()
    assert list(machine.client.owners.all()) == [colleague]


def test_edit_client_only_roles_and_owners_ask_for_proof(
    administrator, colleague, machine, edit_address, form_data, tenant
):
    role = make_role("MyData.Role", tenant)
    browser = browser_of(administrator, proof_age=EXPIRED_PROOF)

    assert "Confirm your identity" not in text_of(browser.get(edit_address))
    assert browser.post(edit_address, form_data | {"contact": "X"}, headers=HTMX).status_code == 204
    form_data |= {"version": "2", "contact": "Y"}
    for power in ({"roles": [str(role.pk)]}, {"owners": [str(colleague.pk)]}):
        asked = browser.post(edit_address, form_data | power, headers=HTMX)
        assert "Confirm your identity" in text_of(asked)
        assert value_of("contact", asked) == "Y"
    proved = form_data | power | {"proof_for": "POST", "proof": PASSWORD}
    assert browser.post(edit_address, proved, headers=HTMX).status_code == 204
    machine.client.refresh_from_db()
    assert machine.client.contact == "Y"
    assert list(machine.client.owners.all()) == [colleague]


def test_edit_client_window_after_proof_shows_what_was_typed(
    administrator_browser, edit_address, form_data, tenant
):
    role = make_role("MyData.Role", tenant)
    Client.objects.get().roles.add(role)
    reply = administrator_browser.post(
        edit_address, form_data | {"back": "1", "name": "Half"}, headers=HTMX
    )

    assert reply.status_code == 200
    assert value_of("name", reply) == "Half"
    assert f'value="{role.pk}" checked' not in text_of(reply)


@pytest.mark.parametrize("method", ["get", "post"])
def test_edit_client_without_permission_is_refused(
    colleague_browser, stranger_browser, client, machine, edit_address, form_data, method
):
    sent = form_data | {"name": "Mine"}

    assert getattr(colleague_browser, method)(edit_address, sent).status_code == 403
    assert getattr(stranger_browser, method)(edit_address, sent).status_code == 404
    assert getattr(client, method)(edit_address, sent).status_code in (303, 403)
    machine.client.refresh_from_db()
    assert machine.client.name == "Wind park reader"

"""Edit Client: every field, permissions, and concurrent changes."""

import json
from datetime import timedelta

import pytest

from clients_app.models import AuditEvent, Client
from clients_app.rules.alerts import AlertKind
from clients_app.rules.client_fields import LINES
from tests.factories import make_client, make_role
from tests.refused_values import refused_values
from tests.responses import HTMX, is_page, text_of, value_of

EXPIRED_PROOF = timedelta(minutes=10, seconds=5)


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


@pytest.mark.both_databases
def test_edit_client_every_field_is_saved_and_recorded(
    administrator_browser, machine, edit_client_address, edit_client_form, tenant
):
    role = make_role("MyData.Role", tenant)
    edit_client_form |= {
        "name": "Wind park writer",
        "roles": [str(role.pk)],
        "token_lifetime": "900",
        "description": "D",
        "contact": "C",
        "tags": "a, b",
    }
    reply = administrator_browser.post(edit_client_address, edit_client_form, headers=HTMX)

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
    administrator_browser, address, edit_client_address, edit_client_form
):
    reply = administrator_browser.post(edit_client_address, edit_client_form | {"contact": "South"})

    assert (reply.status_code, reply["Location"]) == (303, address())
    assert "South" in text_of(administrator_browser.get(reply["Location"]))


@refused_values(
    name={
        "": "Enter a name of 1 to 200 characters.",
        "PUMP 14": "There is a client named PUMP 14 already.",
    },
    token_lifetime={"59": "The shortest Token Lifetime is 60 seconds"},
    description={"x" * 501: "501: 1 too many"},
    contact={"x" * 201: "201: 1 too many"},
    tags={"x" * 51: "51: 1 too many"},
    roles={"nobody": "Select roles from the list."},
    owners={"nobody": "Select people from the list."},
)
def test_edit_client_invalid_field_is_explained_and_kept(
    administrator_browser,
    tenant,
    machine,
    edit_client_address,
    edit_client_form,
    name,
    value,
    sentence,
):
    make_client("Pump 14", tenant)
    reply = administrator_browser.post(
        edit_client_address, edit_client_form | {name: value}, headers=HTMX
    )

    assert reply.status_code == 422
    assert "<title>Error: Edit Client · Portal</title>" in text_of(reply)
    assert text_of(reply).count(sentence) == 2
    if name not in ("roles", "owners"):
        assert value_of(name, reply) == value
    machine.client.refresh_from_db()
    assert machine.client.version == 1


def test_edit_client_own_name_in_other_case_is_accepted(
    administrator_browser, edit_client_address, edit_client_form
):
    reply = administrator_browser.post(
        edit_client_address, edit_client_form | {"name": "WIND park reader"}, headers=HTMX
    )

    assert reply.status_code == 204


def test_edit_client_concurrent_change_is_shown_and_not_overwritten(
    administrator_browser, machine, edit_client_address, edit_client_form, tenant
):
    role = make_role("MyData.Role", tenant)
    theirs = {"contact": "South", "tags": "pumps", "roles": [str(role.pk)]}
    assert (
        administrator_browser.post(
            edit_client_address, edit_client_form | theirs, headers=HTMX
        ).status_code
        == 204
    )

    mine = edit_client_form | {"contact": "North", "description": "Mine"}
    reply = administrator_browser.post(edit_client_address, mine, headers=HTMX)

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

    again = administrator_browser.post(edit_client_address, mine | {"version": "2"}, headers=HTMX)
    assert again.status_code == 204
    machine.client.refresh_from_db()
    assert (machine.client.contact, machine.client.version) == ("North", 3)


@pytest.mark.parametrize("version", ["", "abc", "0", "²", "9" * 30])
def test_edit_client_unknown_version_saves_nothing(
    administrator_browser, machine, edit_client_address, edit_client_form, version
):
    reply = administrator_browser.post(
        edit_client_address, edit_client_form | {"version": version, "contact": "X"}
    )

    assert reply.status_code == 422
    machine.client.refresh_from_db()
    assert machine.client.contact == ""


@pytest.mark.both_databases
def test_edit_client_forged_fields_are_ignored(
    administrator_browser, machine, edit_client_address, edit_client_form, stranger
):
    """ROL-9: a forged form sends each column of the row in turn."""
    columns = {field.attname for field in Client._meta.concrete_fields}
    sent = {*edit_client_form, "may_introspect", "may_rotate_own_secrets", "may_add_secrets"}
    sent |= {line.name for line in LINES}
    sent |= {kind.mute for kind in AlertKind}
    kept = columns - sent
    changes = {"version", "updated_at", "updated_by"}  # set by each edit, never by a form
    before = Client.objects.values(*kept - changes).get(pk=machine.client.pk)
    forged = dict.fromkeys(kept, "1") | {"tenant": stranger.tenant_id, "tenant_id": "1"}

    reply = administrator_browser.post(
        edit_client_address, forged | edit_client_form | {"contact": "North"}, headers=HTMX
    )

    assert reply.status_code == 204
    assert Client.objects.get(pk=machine.client.pk).contact == "North"
    assert Client.objects.values(*kept - changes).get(pk=machine.client.pk) == before


@pytest.mark.parametrize("method", ["get", "post"])
def test_edit_client_without_permission_is_refused(
    expect_refused, machine, edit_client_address, edit_client_form, method
):
    expect_refused(method, edit_client_address, edit_client_form | {"name": "Mine"})
    machine.client.refresh_from_db()
    assert machine.client.name == "Wind park reader"

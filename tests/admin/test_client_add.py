"""Add Client in the admin site: tenant and type first, then the form as in the portal."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client as Browser
from django.urls import reverse

from clients_app import audit
from clients_app.models import Client, Person, Tenant
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR, TENANT_VIEWER
from clients_app.rules.client_fields import CONTACT, DESCRIPTION
from clients_app.rules.secret_format import is_well_formed
from tests.admin.add_client_form import ADD_CLIENT_FORM, add_client_address, plain_secret_in
from tests.admin.conftest import Installation, last_event, page_of
from tests.factories import make_tenant, role_id
from tests.portal_process import as_text
from tests.responses import text_of


def test_add_client_asks_for_tenant_and_type_first(staff: Browser, tenant: Tenant) -> None:
    asked = staff.get(reverse("admin:clients_app_client_add"))

    assert str(tenant.pk) in text_of(asked)
    assert "Authorization Code" in text_of(asked)
    form = text_of(staff.get(add_client_address(tenant)))
    assert "Client-Credentials, in Herons Ltd" in form
    assert 'value="3600"' in form
    assert "Tenant Viewer" in form
    assert str(role_id(tenant, TENANT_VIEWER)) in form


@pytest.mark.parametrize(
    "query", ["tenant=1&type=hybrid", "tenant=%00", "tenant=", "type=hybrid", "tenant={}&type=no"]
)
def test_add_client_unknown_tenant_or_type_is_asked_for_again(
    staff: Browser, tenant: Tenant, query: str
) -> None:
    address = f"{reverse('admin:clients_app_client_add')}?{query.format(tenant.pk)}"
    for reply in (staff.get(address), staff.post(address, ADD_CLIENT_FORM)):
        assert reply.status_code in {200, 422}
        assert 'name="type"' in text_of(reply)
    assert not Client.objects.exists()


@pytest.mark.both_databases
def test_add_client_to_any_tenant_creates_a_secret(
    staff: Browser, operator: Person, tenant: Tenant
) -> None:
    roles = [str(role_id(tenant, TENANT_VIEWER))]

    reply = staff.post(add_client_address(tenant), {**ADD_CLIENT_FORM, "roles": roles})

    assert reply.status_code == 200
    assert "no-store" in reply["Cache-Control"]
    assert "Client Successfully Created" in text_of(reply)
    assert is_well_formed(plain_secret_in(reply))
    client = Client.objects.get(name="Pump Station 14 gateway")
    assert str(client.pk) in text_of(reply)
    assert (client.tenant, client.token_lifetime_s) == (tenant, 900)
    assert (client.description, client.contact) == ("Reads levels", "ops@example.com")
    assert [tag.name for tag in client.tags.all()] == ["pumps", "north"]
    assert {role.name for role in client.roles.all()} == {"Tenant Viewer", "Tenant Member"}
    secret = client.secrets.get()
    assert (secret.description, secret.expires_at, secret.created_by) == ("first", None, "ola")
    assert plain_secret_in(reply).endswith(secret.last_four)
    event = last_event(tenant)
    assert (event.action, event.actor_id) == ("client.secret.added", str(operator.pk))
    assert (event.address, event.operation_id) == ("127.0.0.1", reply["Operation-Id"])
    assert audit.first_fault(tenant.pk) is None


def test_add_client_shows_the_secret_once(
    staff: Browser, tenant: Tenant, dump_of_every_table: Callable[[], str]
) -> None:
    plain = plain_secret_in(staff.post(add_client_address(tenant), ADD_CLIENT_FORM))

    client = Client.objects.get()
    later = [staff.get(page_of(client)), staff.get(page_of(client.secrets.get()))]
    later += [staff.get("/admin/"), staff.get("/admin/clients_app/auditevent/")]
    assert all(plain[4:] not in text_of(reply) for reply in later)
    sessions = as_text([tuple(staff.session.items())])
    kept = dump_of_every_table() + sessions + staff.cookies.output()
    assert plain[4:24] not in kept
    assert not LogEntry.objects.exists()


def test_add_client_sent_twice_adds_once(staff: Browser, tenant: Tenant) -> None:
    first = staff.post(add_client_address(tenant), ADD_CLIENT_FORM)
    again = staff.post(add_client_address(tenant), ADD_CLIENT_FORM)

    assert again.status_code == 409
    assert f"{Client.objects.get().name} was saved by your first attempt." in text_of(again)
    assert f'href="{page_of(Client.objects.get())}"' in text_of(again)
    assert "Already added. Its secret cannot be shown; add a new one." in text_of(again)
    assert plain_secret_in(first) not in text_of(again)
    assert Client.objects.count() == 1


def test_add_client_invalid_form_keeps_its_form_key(staff: Browser, tenant: Tenant) -> None:
    wrong = staff.post(add_client_address(tenant), {**ADD_CLIENT_FORM, "name": ""})

    assert f'name="form_key" value="{ADD_CLIENT_FORM["form_key"]}"' in text_of(wrong)


@pytest.mark.parametrize("key", ["", "short", "x" * 65, "a key with spaces in it"])
def test_add_client_forged_form_key_is_replaced(staff: Browser, tenant: Tenant, key: str) -> None:
    assert (
        staff.post(add_client_address(tenant), {**ADD_CLIENT_FORM, "form_key": key}).status_code
        == 200
    )


MONTH_AGO = f"{datetime.now(UTC) - timedelta(days=30):%Y-%m-%d %H:%M}"


IN_11_YEARS = f"{datetime.now(UTC) + timedelta(days=4018):%Y-%m-%d %H:%M}"


NO_DATE = {"never_expires": ""}


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "no name": ({"name": " "}, "name", "Enter a name of 1 to 200 characters."),
    "name 201": ({"name": "n" * 201}, "name", "This text has 201: 1 too many."),
    "taken": ({"name": "WIND park reader"}, "name", "Enter another name."),
    "lifetime 59": ({"token_lifetime": "59"}, "token_lifetime", "The shortest Token Lifetime"),
    "lifetime 3601": ({"token_lifetime": "3601"}, "token_lifetime", "The longest Token Lifetime"),
    "lifetime word": ({"token_lifetime": "ten"}, "token_lifetime", "Use only the digits 0 to 9"),
    "description": ({"description": "d" * (DESCRIPTION.maximum + 1)}, "description", "1 too many."),
    "contact": ({"contact": "c" * (CONTACT.maximum + 1)}, "contact", "1 too many."),
    "control": ({"description": "a\x07b"}, "description", "Remove character 2 (U+0007)."),
    "tags": ({"tags": ",".join(map(str, range(21)))}, "tags", "Enter at most 20 tags."),
    "role": ({"roles": ["6d1b9aa5-2f4d-4bb0-8b8c-4b7c6f3c7a11"]}, "roles", "Select roles from"),
    "secret": ({"secret_description": "s" * 201}, "secret_description", "1 too many."),
    "no date": (NO_DATE, "expiration", "Enter a date and time as YYYY-MM-DD hh:mm"),
    "past": ({**NO_DATE, "expiration": MONTH_AGO}, "expiration", "in the future"),
    "far": ({**NO_DATE, "expiration": IN_11_YEARS}, "expiration", "at most 10 years ahead"),
}


@pytest.mark.parametrize(("typed", "field", "sentence"), WRONG.values(), ids=WRONG)
def test_add_client_invalid_field_is_explained_and_nothing_saved(
    staff: Browser, installation: Installation, typed: dict[str, Any], field: str, sentence: str
) -> None:
    before = last_event(installation.tenant)

    reply = staff.post(add_client_address(installation.tenant), {**ADD_CLIENT_FORM, **typed})

    assert reply.status_code == 422
    (line,) = re.findall(
        rf'<div class="form-row errors field-{field}">.*?</ul>', text_of(reply), re.DOTALL
    )
    assert sentence in line
    assert Client.objects.present().count() == 1
    assert last_event(installation.tenant) == before


def test_add_client_several_invalid_fields_are_listed_and_kept(
    staff: Browser, tenant: Tenant
) -> None:
    typed = {"name": "", "token_lifetime": "0x40", "tags": "a, <b>"}

    reply = text_of(staff.post(add_client_address(tenant), {**ADD_CLIENT_FORM, **typed}))

    assert reply.count('class="errorlist"') == 2
    assert 'value="0x40"' in reply
    assert 'value="a, &lt;b&gt;"' in reply


def test_add_client_tenant_administrator_needs_a_second_tick(
    staff: Browser, tenant: Tenant
) -> None:
    typed = {**ADD_CLIENT_FORM, "roles": [str(role_id(tenant, TENANT_ADMINISTRATOR))]}

    without = staff.post(add_client_address(tenant), typed)
    ticked = staff.post(add_client_address(tenant), {**typed, "confirm_admin": "on"})

    assert without.status_code == 422
    assert "becomes a Tenant Administrator" in text_of(without)
    assert ticked.status_code == 200
    assert (
        Client.objects.get(name=ADD_CLIENT_FORM["name"])
        .roles.filter(role_type_id=TENANT_ADMINISTRATOR)
        .exists()
    )


def test_add_client_role_of_another_tenant_is_refused(staff: Browser, tenant: Tenant) -> None:
    elsewhere = str(role_id(make_tenant("Elsewhere"), TENANT_VIEWER))

    reply = staff.post(add_client_address(tenant), {**ADD_CLIENT_FORM, "roles": [elsewhere]})

    assert reply.status_code == 422
    assert not Client.objects.filter(name=ADD_CLIENT_FORM["name"]).exists()


def test_add_client_both_descriptions_invalid_marks_each_field(
    staff: Browser, tenant: Tenant
) -> None:
    wrong = {"description": "d" * 501, "secret_description": "s" * 202}

    reply = text_of(staff.post(add_client_address(tenant), {**ADD_CLIENT_FORM, **wrong}))

    for field, said in (("description", "501: 1 too many"), ("secret_description", "202: 2 too")):
        (row,) = re.findall(
            rf'<div class="form-row errors field-{field}">.*?</ul>', reply, re.DOTALL
        )
        assert said in row
    assert not Client.objects.filter(name=ADD_CLIENT_FORM["name"]).exists()

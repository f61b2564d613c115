"""Add Client, step 1: validates, keeps the input, saves nothing."""

import re

import pytest

from clients_app.models import Client, Role
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from tests.factories import make_role, role_id
from tests.refused_values import refused_values
from tests.responses import HTMX, is_page, text_of, value_of

ADD = "/security/clients/add"


def test_add_client_window_is_a_page_and_a_fragment(administrator_browser):
    page = administrator_browser.get(ADD)
    fragment = administrator_browser.get(ADD, headers=HTMX)

    assert is_page(page)
    assert not is_page(fragment)
    for reply in (page, fragment):
        text = text_of(reply)
        assert "Step 1 of 2" in text
        assert value_of("token_lifetime", reply) == "3600"
        assert "Always assigned. It cannot be removed." in text
        assert "<title>Add Client · Portal</title>" in text
    assert fragment["HX-Retarget"] == "#window"


def test_add_client_each_form_has_its_own_form_key(administrator_browser):
    keys = {value_of("form_key", administrator_browser.get(ADD)) for _ in range(3)}

    assert len(keys) == 3


@pytest.mark.both_databases
def test_add_client_tenant_member_cannot_be_unticked(administrator_browser, tenant):
    reply = administrator_browser.get(ADD)
    member = Role.objects.for_tenant(tenant.pk).get(name="Tenant Member")

    assert f'value="{member.pk}"' not in text_of(reply)


def test_continue_opens_add_secret_and_saves_nothing(administrator_browser, draft):
    reply = administrator_browser.post(ADD, draft, headers=HTMX)

    text = text_of(reply)
    assert reply.status_code == 200
    assert "Step 2 of 2" in text
    assert "For Reservoir 3 gateway." in text
    for name in ("name", "roles", "token_lifetime", "description", "contact", "tags", "form_key"):
        given = draft[name][0] if name == "roles" else draft[name]
        assert value_of(name, reply) == given
    assert not Client.objects.exists()


def test_add_secret_default_expiration_is_one_year_from_now(administrator_browser, draft, now):
    del draft["expiration"]
    reply = administrator_browser.post(ADD, draft)

    assert value_of("expiration", reply).startswith(str(now.year + 1))


def test_back_shows_step_1_and_keeps_both_steps(administrator_browser, draft):
    draft |= {"back": "1", "token_lifetime": "abc", "expiration": ""}
    reply = administrator_browser.post(ADD, draft)

    text = text_of(reply)
    assert reply.status_code == 200
    assert "Step 1 of 2" in text
    assert "problem" not in text
    assert value_of("name", reply) == "Reservoir 3 gateway"
    assert value_of("token_lifetime", reply) == "abc"
    assert value_of("secret_description", reply) == "Firmware 4.2"
    assert value_of("expiration", reply) == ""
    assert re.search(rf'value="{draft["roles"][0]}" checked', text)


@refused_values(
    name={
        "": "Enter a name of 1 to 200 characters.",
        "   ": "Enter a name of 1 to 200 characters.",
        "x" * 201: "201: 1 too many",
        "a\u202eb": "U+202E",
        "a\nb": "Enter the text on one line.",
    },
    token_lifetime={
        "59": "The shortest Token Lifetime is 60 seconds",
        "3601": "The longest Token Lifetime is 3600 seconds",
        "900.5": "Enter a whole number from 60 to 3600.",
        "1 hour": "Enter a whole number from 60 to 3600.",
        " ": "Enter a whole number from 60 to 3600.",
    },
    description={"x" * 501: "501: 1 too many"},
    contact={"x" * 201: "201: 1 too many"},
    tags={
        ",".join(f"t{n}" for n in range(21)): "Enter at most 20 tags.",
        "x" * 51: "51: 1 too many",
    },
    roles={"not-a-role": "Select roles from the list."},
)
@pytest.mark.parametrize("step", ["add", "register"])
def test_add_client_invalid_field_is_explained_and_kept(
    administrator_browser, draft, name, value, sentence, step
):
    draft[name] = value
    reply = administrator_browser.post(f"/security/clients/{step}", draft, headers=HTMX)

    text = text_of(reply)
    assert reply.status_code == 422
    assert "<title>Error: Add Client · Portal</title>" in text
    assert "There is 1 problem" in text
    assert text.count(sentence) == 2  # in the summary and beside the field
    assert "Step 1 of 2" in text
    if name != "roles":
        assert value_of(name, reply) == value
        focused = re.search(r"<input[^>]*autofocus[^>]*>", text)
        assert focused
        assert f'name="{name}"' in focused[0]
    assert value_of("secret_description", reply) == "Firmware 4.2"
    assert not Client.objects.exists()


def test_add_client_all_problems_are_listed_together(administrator_browser, draft, machine):
    draft |= {"name": "WIND PARK READER", "token_lifetime": "7200"}
    reply = administrator_browser.post(ADD, draft)

    text = text_of(reply)
    assert reply.status_code == 422
    assert "There are 2 problems" in text
    assert "There is a client named WIND PARK READER already." in text


@pytest.mark.parametrize("typed", ["", "60", "3600"])
def test_add_client_valid_lifetimes_are_accepted(administrator_browser, draft, typed):
    draft["token_lifetime"] = typed

    assert administrator_browser.post(ADD, draft).status_code == 200


def test_add_client_role_of_another_tenant_is_refused(administrator_browser, draft, stranger):
    theirs = make_role("Theirs", stranger.tenant)
    draft["roles"] = [str(theirs.pk)]
    reply = administrator_browser.post(ADD, draft)

    assert reply.status_code == 422
    assert "Select roles from the list." in text_of(reply)
    assert "Theirs" not in text_of(reply)


def test_add_client_tenant_administrator_needs_a_second_tick(administrator_browser, draft, tenant):
    draft["roles"] = [str(role_id(tenant, TENANT_ADMINISTRATOR))]
    refused = administrator_browser.post(ADD, draft)
    accepted = administrator_browser.post(ADD, draft | {"confirm_admin": "on"})

    assert refused.status_code == 422
    assert "Reservoir 3 gateway</span> a Tenant Administrator" in text_of(refused)
    assert accepted.status_code == 200
    assert value_of("confirm_admin", accepted) == "True"


def test_add_client_typed_text_is_escaped(administrator_browser, draft):
    draft |= {"name": '"><img src=x onerror=alert(1)>', "token_lifetime": '"><b>'}
    text = text_of(administrator_browser.post(ADD, draft))

    assert "&lt;img src=x" in text
    assert "<img src=x" not in text
    assert "<b>" not in text.replace('<b class="num">', "")


@pytest.mark.parametrize("step", ["add", "register"])
def test_add_client_by_a_viewer_is_refused_naming_the_permission(
    colleague_browser, administrator, draft, step
):
    reply = colleague_browser.post(f"/security/clients/{step}", draft)

    assert reply.status_code == 403
    assert "Only Tenant Administrators can add a client." in text_of(reply)
    assert "mara" in text_of(reply)
    assert not Client.objects.exists()


def test_add_client_refusal_opens_as_a_window(colleague_browser):
    reply = colleague_browser.get(ADD, headers=HTMX)

    assert reply.status_code == 403
    assert not is_page(reply)
    assert reply["HX-Retarget"] == "#window"


def test_add_client_name_used_by_another_tenant_is_accepted(stranger_browser, machine, draft):
    draft |= {"name": "Wind park reader", "roles": []}

    assert stranger_browser.post(ADD, draft).status_code == 200


def test_roles_picker_search_field_appears_above_8_roles(administrator_browser, tenant):
    assert "data-find-role" not in text_of(administrator_browser.get(ADD))
    make_role("An eighth", tenant)
    make_role("A ninth", tenant)
    assert "data-find-role" in text_of(administrator_browser.get(ADD))

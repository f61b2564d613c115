"""The limits of what people enter: the last value is taken, the next is refused (CLI-5)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser

from clients_app.models import Client, Person, Role, SavedFilter, Tenant
from clients_app.rules.built_in_roles import TENANT_MEMBER
from tests.factories import make_role
from tests.responses import text_of

REGISTER = "/security/clients/register"
#: fields of Add Client: their last text that is taken
TEXTS = {
    "name": "n" * 200,
    "description": "d" * 500,
    "contact": "c" * 200,
    "secret_description": "s" * 200,
    "tags": "t" * 50,
}


@pytest.mark.parametrize("field", TEXTS)
def test_text_of_add_client_at_its_limit_is_taken_and_one_more_refused(
    administrator_browser: Browser,
    draft: dict[str, Any],
    dump_of_every_table: Callable[[], str],
    field: str,
) -> None:
    longest = TEXTS[field]
    refused = administrator_browser.post(REGISTER, draft | {field: longest + longest[0]})
    assert refused.status_code == 422
    assert "1 too many." in text_of(refused)
    assert not Client.objects.exists()

    assert administrator_browser.post(REGISTER, draft | {field: longest}).status_code == 200
    assert longest in dump_of_every_table()


@pytest.mark.parametrize(
    ("lifetime", "is_taken"), [("59", False), ("60", True), ("3600", True), ("3601", False)]
)
def test_token_lifetime_is_from_60_to_3600_s(
    administrator_browser: Browser, draft: dict[str, Any], lifetime: str, is_taken: bool
) -> None:
    reply = administrator_browser.post(REGISTER, draft | {"token_lifetime": lifetime})

    assert reply.status_code == (200 if is_taken else 422)
    assert Client.objects.filter(token_lifetime_s=int(lifetime)).exists() is is_taken


@pytest.mark.parametrize(("count", "is_taken"), [(20, True), (21, False)])
def test_client_has_at_most_20_tags(
    administrator_browser: Browser, draft: dict[str, Any], count: int, is_taken: bool
) -> None:
    tags = ", ".join(f"tag {number}" for number in range(count))
    reply = administrator_browser.post(REGISTER, draft | {"tags": tags})

    assert reply.status_code == (200 if is_taken else 422)
    assert Client.objects.exists() is is_taken


@pytest.mark.parametrize(("count", "is_taken"), [(25, True), (26, False)])
def test_client_has_at_most_25_roles(
    administrator_browser: Browser,
    draft: dict[str, Any],
    tenant: Tenant,
    count: int,
    is_taken: bool,
) -> None:
    """Tenant Member, which each client has, is one of them."""
    roles = [str(make_role(f"R{number}", tenant).pk) for number in range(count - 1)]
    reply = administrator_browser.post(REGISTER, draft | {"roles": roles})

    assert reply.status_code == (200 if is_taken else 422)
    if is_taken:
        held = Client.objects.get().roles.all()
        assert len(held) == count
        assert TENANT_MEMBER in {role.role_type_id for role in held}


@pytest.mark.parametrize(("field", "longest"), [("name", "n" * 60), ("description", "d" * 200)])
def test_text_of_a_role_at_its_limit_is_taken_and_one_more_refused(
    administrator_browser: Browser, field: str, longest: str
) -> None:
    form = {"name": "Turbines", "description": ""}
    address = "/security/roles/add"
    refused = administrator_browser.post(address, form | {field: longest + longest[0]})
    assert refused.status_code == 422
    assert not Role.objects.filter(**{field: longest + longest[0]}).exists()

    administrator_browser.post(address, form | {field: longest})
    assert Role.objects.filter(**{field: longest}).exists()


def test_name_of_a_saved_filter_has_at_most_60_characters(
    administrator_browser: Browser, machine: Any
) -> None:
    address = "/security/clients/filters/add?q=Reservoir"
    assert administrator_browser.post(address, {"name": "f" * 61}).status_code == 422
    assert not SavedFilter.objects.exists()

    administrator_browser.post(address, {"name": "f" * 60})
    assert SavedFilter.objects.get().name == "f" * 60


def test_name_of_the_organisation_has_at_most_200_characters(
    administrator_browser: Browser, administrator: Person
) -> None:
    address = "/security/organisation"
    refused = administrator_browser.post(address, {"name": "o" * 201, "version": "1"})
    assert refused.status_code == 422
    administrator_browser.post(address, {"name": "o" * 200, "version": "1"})

    assert Tenant.objects.get(pk=administrator.tenant_id).name == "o" * 200

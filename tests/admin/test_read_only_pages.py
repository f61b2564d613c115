"""Read-only admin pages: tenants, people, signing keys and token usage."""

import pytest
from django.test import Client as Browser

from clients_app.models import Person, TokenUsage
from tests.admin.conftest import Installation, list_of, page_of
from tests.responses import text_of


@pytest.mark.both_databases
def test_tenant_page_links_to_its_rows(staff: Browser, installation: Installation) -> None:
    page = text_of(staff.get(page_of(installation.tenant)))

    for model in ("client", "api", "role", "person", "auditevent"):
        address = f"/admin/clients_app/{model}/?tenant={installation.tenant.pk}"
        assert f'href="{address}"' in page
        assert staff.get(address).status_code == 200


def test_person_page_shows_no_credentials(staff: Browser, installation: Installation) -> None:
    page = text_of(staff.get(page_of(installation.person)))

    assert "tove@example.com" in page
    assert "Tenant Member" in page
    assert "assword" not in page


@pytest.mark.both_databases
def test_people_list_can_be_filtered_by_staff(
    staff: Browser, operator: Person, installation: Installation
) -> None:
    page = text_of(staff.get(f"{list_of(Person)}?is_staff__exact=1"))

    assert page_of(operator) in page
    assert page_of(installation.person) not in page


def test_signing_key_page_shows_only_public_facts(
    staff: Browser, installation: Installation
) -> None:
    key = installation.key

    page = text_of(staff.get(page_of(key)))

    assert key.kid in page
    assert key.public_jwk["n"] in page
    assert "private" not in page.lower()


def test_token_usage_shows_the_number_of_tokens(staff: Browser, installation: Installation) -> None:
    page = text_of(staff.get(list_of(TokenUsage)))

    assert '<td class="field-tokens">4</td>' in page
    assert "Wind park reader" in page

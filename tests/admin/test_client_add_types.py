"""Add Client in the admin site for types with URLs."""

import pytest
from django.test import Client as Browser

from clients_app.models import Client, Tenant
from clients_app.rules.client_types import AUTHORIZATION_CODE, HYBRID
from clients_app.rules.secret_format import is_well_formed
from tests.admin.add_client_form import add_client_address, plain_secret_in
from tests.admin.conftest import page_of
from tests.responses import text_of

NO_DATE = {"never_expires": ""}


def test_add_client_authorization_code_has_urls_and_no_secret(
    staff: Browser, tenant: Tenant
) -> None:
    address = add_client_address(tenant, AUTHORIZATION_CODE.id)
    typed = {
        "name": "Dashboard",
        "redirect_uris": "https://dash.example.com/in\r\n\r\nhttps://dash.example.com/in2",
        "post_logout_redirect_uris": "https://dash.example.com/out",
        "allowed_cors_origins": "https://dash.example.com",
        "allow_offline_access": "on",
    }

    form, reply = staff.get(address), staff.post(address, typed)

    assert 'name="expiration"' not in text_of(form)
    assert 'name="roles"' not in text_of(form)
    assert reply.status_code == 200
    assert "Client Secret" not in text_of(reply)
    client = Client.objects.get()
    assert client.allow_refresh_token
    assert [(row.kind, row.url) for row in client.urls.all()] == [
        ("redirect", "https://dash.example.com/in"),
        ("redirect", "https://dash.example.com/in2"),
        ("logout-redirect", "https://dash.example.com/out"),
        ("cors-origin", "https://dash.example.com"),
    ]
    page = text_of(staff.get(page_of(client)))
    assert "https://dash.example.com/in2" in page
    assert "Add Secret" not in page


def test_add_client_hybrid_has_urls_and_a_secret(staff: Browser, tenant: Tenant) -> None:
    typed = {"name": "Portal", "redirect_uris": "https://a.example.com/in", "never_expires": "on"}
    address = add_client_address(tenant, HYBRID.id)

    assert 'name="allowed_cors_origins"' not in text_of(staff.get(address))
    assert is_well_formed(plain_secret_in(staff.post(address, typed)))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("redirect_uris", ""),
        ("redirect_uris", "http://example.com/"),
        ("redirect_uris", "https://a.example.com/#part"),
        ("post_logout_redirect_uris", "javascript:alert(1)"),
        ("allowed_cors_origins", "https://a.example.com/path"),
        ("redirect_uris", "\n".join(f"https://a.example.com/{n}" for n in range(11))),
    ],
)
def test_add_client_invalid_url_is_explained_at_its_field(
    staff: Browser, tenant: Tenant, field: str, value: str
) -> None:
    typed = {"name": "Dashboard", "redirect_uris": "https://a.example.com/in", field: value}

    reply = staff.post(add_client_address(tenant, AUTHORIZATION_CODE.id), typed)

    assert reply.status_code == 422
    assert f"form-row errors field-{field}" in text_of(reply)
    assert not Client.objects.exists()

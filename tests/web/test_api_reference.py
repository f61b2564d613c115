"""The page of the REST API for people."""

from tests.responses import text_of

PAGE = "/help/api-reference"


def test_api_reference_shows_every_call(administrator_browser, tenant):
    page = text_of(administrator_browser.get(PAGE))

    document = administrator_browser.get("/api/v1/openapi.json").json()
    operations = [one for methods in document["paths"].values() for one in methods.values()]
    assert len(operations) > 40
    for one in operations:
        assert f'id="{one["operationId"]}"' in page
    assert f"<code>/api/v1/Tenants/{tenant.pk}/ClientCredentialClients/{{client_id}}</code>" in page
    assert '<code translate="no">/ClientCredentialClients/{client_id}</code>' in page
    assert f'<code translate="no">/api/v1/Tenants/{tenant.pk}</code>' in page
    assert "<dt>SecretExpirationDate</dt><dd>string or null (date-time)</dd>" in page
    assert "<dt>confirmTenantAdministrator</dt>" in page
    assert "The answer is 204." in page
    assert page.count('aria-label="Example of ') - 1 == len(
        [one for one in operations if not one["operationId"].startswith("delete_")]
    )
    assert "&quot;Reason&quot;: &quot;Colour: There is no such property.&quot;" in page


def test_api_reference_is_found_in_the_sidebar(colleague_browser):
    assert f'href="{PAGE}"' in text_of(colleague_browser.get("/security/clients"))

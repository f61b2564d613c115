"""The admin site and the portal have the same defaults and protect edits the same way."""

from datetime import datetime, timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clients_app.models import Role, Tenant
from clients_app.rules.client_types import CLIENT_TYPES
from tests.admin.add_client_form import add_client_address
from tests.admin.conftest import Installation
from tests.responses import text_of, value_of

MINUTE = timedelta(minutes=1)


@pytest.fixture(params=[None, 30], ids=["no policy", "30 days at most"])
def tenant_with_policy(request: pytest.FixtureRequest, installation: Installation) -> Tenant:
    Tenant.objects.filter(pk=installation.tenant.pk).update(secret_days_max=request.param)
    return installation.tenant


@pytest.mark.both_databases
def test_secret_forms_have_the_same_default_dates(
    staff: Browser,
    administrator_browser: Browser,
    installation: Installation,
    tenant_with_policy: Tenant,
) -> None:
    client = installation.client
    secret = client.secrets.first()
    pages = {
        "add": (
            staff.get(reverse("admin:client-secrets-add", args=[client.pk])),
            administrator_browser.get(reverse("secret-add", args=[client.pk])),
        ),
        "rotate": (
            staff.get(reverse("admin:secret-rotate", args=[secret.pk])),
            administrator_browser.get(reverse("secret-rotate", args=[client.pk, secret.pk])),
        ),
    }

    for name, (here, there) in pages.items():
        for field in ("expiration", "old_end") if name == "rotate" else ("expiration",):
            ours, theirs = value_of(field, here), value_of(field, there)
            assert ours
            assert theirs
            apart = datetime.fromisoformat(ours) - datetime.fromisoformat(theirs)
            assert abs(apart) <= MINUTE, (name, field)
        offered = ['name="never_expires"' in text_of(reply) for reply in (here, there)]
        assert offered[0] == offered[1], name


@pytest.mark.parametrize("client_type", CLIENT_TYPES)
def test_client_forms_have_the_same_fields_and_defaults(
    staff: Browser, administrator_browser: Browser, installation: Installation, client_type: str
) -> None:
    here = staff.get(add_client_address(installation.tenant, client_type))
    there = administrator_browser.get(reverse("client-add-type", args=[client_type]))

    switches = ("may_introspect", "may_rotate_own_secrets")
    for field in ("name", "token_lifetime", "description", "contact", "tags", *switches):
        assert value_of(field, here) == value_of(field, there), field
    for field in ("redirect_uris", "post_logout_redirect_uris", "allowed_cors_origins", "roles"):
        assert (f'name="{field}"' in text_of(here)) == (f'name="{field}"' in text_of(there)), field


def test_role_edited_in_one_is_stale_in_the_other(
    staff: Browser, administrator_browser: Browser, installation: Installation
) -> None:
    role = installation.role
    doors = (
        (staff, reverse("admin:role-edit", args=[role.pk])),
        (administrator_browser, reverse("role-edit", args=[role.pk])),
    )

    for (here, edit_here), (there, edit_there) in (doors, doors[::-1]):
        version = value_of("version", here.get(edit_here))
        assert version == value_of("version", there.get(edit_there))
        typed = {"description": "", "version": version}
        saved = here.post(edit_here, {**typed, "name": f"Pump {version}"})
        stale = there.post(edit_there, {**typed, "name": "Mine"})
        assert (saved.status_code, stale.status_code) == (303, 422)
        assert f"Now: Pump {version}" in text_of(stale)
        assert Role.objects.get(pk=role.pk).name == f"Pump {version}"

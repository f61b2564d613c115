"""Single sign-on: who a person becomes, and with which roles (SES-8)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from clients_app.models import Person, Role
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from tests.factories import make_person, make_tenant
from tests.identity.sign_on_visits import is_signed_in, names_of_roles, visit
from tests.responses import text_of

pytestmark = [pytest.mark.usefixtures("nothing_noted"), pytest.mark.one_database]

HOUR = timedelta(hours=1)


@pytest.mark.both_databases
@pytest.mark.parametrize(("left", "is_in"), [(HOUR, True), (-HOUR, False)])
def test_sign_on_accepts_an_invitation_that_has_not_expired(
    client, provider, mara, now, left, is_in
):
    Person.objects.filter(pk=mara.pk).update(invitation_ends_at=now + left)

    visit(client, provider)

    mara.refresh_from_db()
    assert is_signed_in(client) is is_in
    assert mara.is_invited is not is_in


def test_sign_on_may_add_people_without_rights(client, provider, tenant, sign_on, settings):
    settings.SIGN_ON_PROVIDERS = (replace(sign_on, creates_people=True),)
    provider.claims = {"preferred_username": "New.Person", "name": "New Person"}

    visit(client, provider)

    person = Person.objects.get(username="New.Person")
    assert (person.tenant, person.name, person.email) == (tenant, "New Person", "mara@example.com")
    assert names_of_roles(person) == ["Tenant Member"]
    assert not person.has_usable_password()
    assert is_signed_in(client)


@pytest.mark.both_databases
def test_added_person_has_no_unverified_email(client, provider, tenant, sign_on, settings):
    settings.SIGN_ON_PROVIDERS = (replace(sign_on, creates_people=True),)
    provider.claims = {"email_verified": False}

    visit(client, provider)

    assert Person.objects.get(username="subject-1").email == ""


def test_sign_on_never_adds_a_person_under_a_taken_name(client, provider, mara, sign_on, settings):
    settings.SIGN_ON_PROVIDERS = (replace(sign_on, creates_people=True),)
    provider.claims = {"email": None, "preferred_username": "MARA"}

    assert "Somebody here has your username" in text_of(visit(client, provider))
    assert not is_signed_in(client)


@pytest.mark.parametrize("tenants", [[], ["Second"]])
def test_sign_on_adds_nobody_if_the_tenant_is_not_clear(
    client, provider, tenant, sign_on, settings, tenants
):
    settings.SIGN_ON_PROVIDERS = (
        replace(sign_on, creates_people=True, tenant="" if tenants else "No such"),
    )
    for name in tenants:
        make_tenant(name)

    assert visit(client, provider).status_code == 403
    assert Person.objects.count() == 0


ROLES = (("admins", "Tenant Administrator"), ("readers", "Tenant Viewer"), ("x", "No such role"))


@pytest.mark.parametrize(
    ("values", "roles_map", "names"),
    [
        (["readers"], ROLES, ["Tenant Member", "Tenant Viewer"]),
        ("readers", ROLES, ["Tenant Member", "Tenant Viewer"]),
        (
            ["readers", "admins", "x"],
            ROLES,
            ["Tenant Administrator", "Tenant Member", "Tenant Viewer"],
        ),
        (["Tenant Administrator"], ROLES, ["Tenant Member"]),
        (["tenant viewer"], None, ["Tenant Member", "Tenant Viewer"]),
        ([], ROLES, ["Tenant Member"]),
        (None, ROLES, ["Tenant Member"]),
        ({"readers": 1}, ROLES, ["Tenant Member"]),
    ],
)
def test_roles_are_exactly_those_of_the_claim(
    client, provider, mara, sign_on, settings, values, roles_map, names
):
    make_person("other", mara.tenant, TENANT_ADMINISTRATOR)
    settings.SIGN_ON_PROVIDERS = (
        replace(sign_on, roles_claim="realm_access.roles", roles_map=roles_map),
    )
    provider.claims = {"realm_access": {"roles": values}}

    visit(client, provider)

    assert names_of_roles(mara) == names


def test_roles_of_the_portal_stay_without_a_claim(client, provider, mara):
    visit(client, provider)

    assert names_of_roles(mara) == ["Tenant Administrator", "Tenant Member"]


@pytest.mark.both_databases
def test_last_administrator_stays_one(client, provider, mara, sign_on, settings):
    settings.SIGN_ON_PROVIDERS = (replace(sign_on, roles_claim="roles", roles_map=ROLES),)
    provider.claims = {"roles": ["readers"]}

    visit(client, provider)

    assert names_of_roles(mara) == ["Tenant Administrator", "Tenant Member", "Tenant Viewer"]


@pytest.mark.both_databases
def test_refused_sign_on_changes_no_roles(client, provider, mara, sign_on, settings):
    make_person("other", mara.tenant, TENANT_ADMINISTRATOR)
    settings.SIGN_ON_PROVIDERS = (replace(sign_on, roles_claim="roles"),)
    Person.objects.filter(pk=mara.pk).update(is_staff=True)

    visit(client, provider)

    assert Role.objects.filter(people=mara, role_type_id=TENANT_ADMINISTRATOR).exists()


def test_userinfo_completes_a_thin_id_token(client, provider, mara):
    provider.claims = {"email": None, "email_verified": None}
    provider.userinfo = {"sub": "subject-1", "email": "mara@example.com", "email_verified": True}

    visit(client, provider)

    assert is_signed_in(client)


@pytest.mark.parametrize(
    "userinfo",
    [
        {"sub": "subject-2", "email": "mara@example.com", "email_verified": True},
        {"email": "mara@example.com", "email_verified": True},
        {"sub": "subject-1", "email": "mara@example.com"},
    ],
)
def test_userinfo_that_lies_signs_nobody_in(client, provider, mara, userinfo):
    provider.claims = {"email": None}  # the ID token says that some address is verified
    provider.userinfo = userinfo

    assert visit(client, provider).status_code == 403
    assert not is_signed_in(client)


def test_userinfo_without_the_email_does_not_verify_that_of_the_id_token(
    client, provider, mara, sign_on, settings
):
    settings.SIGN_ON_PROVIDERS = (replace(sign_on, roles_claim="roles"),)
    provider.claims = {"email_verified": False}
    provider.userinfo = {"sub": "subject-1", "email_verified": True, "roles": []}

    assert visit(client, provider).status_code == 403
    assert not is_signed_in(client)

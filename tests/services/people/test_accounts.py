"""People: unique names, passwords, and one-time links."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

import pytest
import time_machine
from allauth.account.forms import default_token_generator
from django.contrib.auth import authenticate
from django.urls import resolve

from clients_app.errors import Conflict, Forbidden, NotFound
from clients_app.identity.one_time_links import make_one_time_link
from clients_app.models import AuditEvent, Person, Tenant
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR, TENANT_MEMBER, TENANT_VIEWER
from clients_app.selectors.people.lookup import rights_of
from clients_app.selectors.tenants import installation
from clients_app.services.people.accounts import add_person, choose_password
from tests.actors import actor_for, command_line_in
from tests.factories import make_person, make_tenant
from tests.moments import NOW
from tests.refused_values import refused_at

GOOD = "Seven-grey-herons-7"


def test_new_person_is_always_a_tenant_member(tenant: Tenant) -> None:
    assert rights_of(make_person("ann", tenant)) == {TENANT_MEMBER}
    assert rights_of(make_person("bob", tenant, TENANT_VIEWER)) == {
        TENANT_MEMBER,
        TENANT_VIEWER,
    }


@pytest.mark.parametrize("username", ["ANN", " Ann ", "a\u200dnn"])
def test_username_is_unique_across_tenants(tenant: Tenant, username: str) -> None:
    make_person("ann" if "\u200d" not in username else "A\u200dNN", tenant)

    with pytest.raises(Conflict) as refusal:
        make_person(username, make_tenant("Contoso"))
    assert refusal.value.field == "username"


def test_mail_address_is_unique_unless_empty(tenant: Tenant) -> None:
    make_person("ann", tenant, email="Ann@Example.com")
    make_person("bob", tenant)
    make_person("cyd", tenant)

    with pytest.raises(Conflict) as refusal:
        make_person("dan", tenant, email="ann@example.COM")
    assert refusal.value.field == "email"


DOMAIN = "." + ".".join(["d" * 60] * 4)  # 244 characters


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"username": ""}, "username"),
        ({"username": "u" * 151}, "username"),
        ({"username": "a\u202eb"}, "username"),
        ({"username": "\u200b"}, "username"),
        ({"name": "n" * 151}, "name"),
        ({"email": "no address"}, "email"),
        ({"email": f"{'a' * 6}@b{DOMAIN}.co"}, "email"),  # 255
        ({"password": "Elevenchars"}, "password"),
        ({"password": "password1234"}, "password"),
        ({"password": "aaaaaaaaaaaaaaaa"}, "password"),
        ({"password": "passwordpassword"}, "password"),
        ({"password": "qwertyuiopasdfgh"}, "password"),
        ({"password": "ann-the-tall", "username": "ann-the-tall"}, "password"),
    ],
)
def test_add_person_over_a_limit_is_refused(
    tenant: Tenant, more: dict[str, str], field: str
) -> None:
    with refused_at(field):
        make_person(**{"username": "ann", **more}, tenant=tenant)

    assert not Person.objects.exists()


@pytest.mark.parametrize(
    "more",
    [
        {"username": "u" * 150, "name": "n" * 150},
        {"username": "ﬃ" * 150},
        {"email": f"{'a' * 5}@b{DOMAIN}.co"},  # 254
        {"password": "Twelve-chars"},
    ],
)
def test_add_person_at_a_limit_works(tenant: Tenant, more: dict[str, str]) -> None:
    make_person(**{"username": "ann", **more}, tenant=tenant)

    assert Person.objects.count() == 1


def test_person_without_a_password_cannot_sign_in(tenant: Tenant) -> None:
    ann = make_person("ann", tenant, TENANT_ADMINISTRATOR)
    assert not ann.has_usable_password()
    assert not installation.administrators_exist()

    choose_password(ann, GOOD, actor=actor_for(ann), now=NOW)

    assert authenticate(username="ANN", password=GOOD) == ann
    assert authenticate(username="ann", password=GOOD.lower()) is None
    assert installation.administrators_exist()
    assert AuditEvent.objects.filter(action="person.password.chosen").count() == 1


def test_choosing_a_password_of_someone_else_is_refused(tenant: Tenant, colleague: Person) -> None:
    ann = make_person("ann", tenant)

    with pytest.raises(Forbidden):
        choose_password(ann, GOOD, actor=actor_for(colleague), now=NOW)
    with refused_at("password"):
        choose_password(ann, "short", actor=actor_for(ann), now=NOW)
    assert authenticate(username="ann", password=GOOD) is None


def test_person_of_another_tenant_is_not_found(tenant: Tenant, stranger: Person) -> None:
    ann = make_person("ann", tenant)
    zofia = actor_for(stranger)

    with pytest.raises(NotFound):
        choose_password(ann, GOOD, actor=zofia, now=NOW)
    with pytest.raises(NotFound):
        make_one_time_link(ann, actor=zofia, now=NOW)
    assert authenticate(username="ann", password=GOOD) is None


def test_administrator_cannot_take_over_a_staff_account(
    tenant: Tenant, administrator: Person
) -> None:
    operator = make_person("olga", tenant, is_staff=True)
    mara = replace(actor_for(administrator), is_staff=False)

    with pytest.raises(Forbidden):
        choose_password(operator, GOOD, actor=mara, now=NOW)
    with pytest.raises(Forbidden):
        make_one_time_link(operator, actor=mara, now=NOW)
    assert authenticate(username="olga", password=GOOD) is None


def test_only_the_command_line_can_add_staff(tenant: Tenant, administrator: Person) -> None:
    roles = frozenset[UUID]()
    with refused_at("is_staff"):
        add_person("ann", role_ids=roles, actor=actor_for(administrator), now=NOW, is_staff=True)
    assert make_person("bob", tenant, is_staff=True).is_staff


def test_managing_people_without_permission_is_refused(tenant: Tenant, colleague: Person) -> None:
    jonas = actor_for(colleague)

    with pytest.raises(Forbidden):
        add_person("ann", role_ids=frozenset(), actor=jonas, now=NOW)
    with pytest.raises(Forbidden):
        make_one_time_link(colleague, actor=jonas, now=NOW)


def test_one_time_link_expires_after_an_hour_or_a_new_password(tenant: Tenant) -> None:
    ann = make_person("ann", tenant)
    with time_machine.travel(NOW, tick=False) as clock:
        link = make_one_time_link(ann, actor=command_line_in(tenant), now=NOW)
        key = resolve(urlsplit(link).path).kwargs["key"]
        assert default_token_generator.check_token(ann, key)
        clock.move_to(NOW + timedelta(hours=1))
        assert default_token_generator.check_token(ann, key)
        clock.move_to(NOW + timedelta(hours=1, seconds=1))
        assert not default_token_generator.check_token(ann, key)
        clock.move_to(NOW)
        choose_password(ann, GOOD, actor=actor_for(ann), now=NOW)
        assert not default_token_generator.check_token(ann, key)
    assert key not in AuditEvent.objects.get(action="person.link.made").canonical

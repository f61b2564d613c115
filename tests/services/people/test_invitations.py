"""Invitations: accepted once and in time, renewed and withdrawn."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.account.forms import default_token_generator
from django.urls import resolve

from clients_app.errors import Conflict, RuleBroken
from clients_app.identity.one_time_links import invitation_link, make_one_time_link
from clients_app.models import AuditEvent, Person, Tenant
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from clients_app.selectors.people.lookup import people_who_administer
from clients_app.services.clients.owners import set_owners
from clients_app.services.people.accounts import choose_password, set_active
from clients_app.services.people.invitations import LASTS, withdraw_invitation
from clients_app.services.people.ownership import hand_over
from clients_app.services.people.profile import edit_person
from clients_app.services.people.sign_ins import record_sign_in
from tests.actors import actor_for, command_line_in
from tests.factories import make_client, make_person, role_ids
from tests.refused_values import refused_at

GOOD = "Seven-grey-herons-7"
HOUR = timedelta(hours=1)


def works(link: str, person: Person) -> bool:
    key = resolve(urlsplit(link).path).kwargs["key"]
    person = Person.objects.get(pk=person.pk)
    return person.is_active and bool(default_token_generator.check_token(person, key))


def test_invited_person_has_the_email_as_username_and_no_password(invite: Any, now: Any) -> None:
    lena = invite()

    assert (lena.username, lena.email) == ("lena@herons.example", "lena@herons.example")
    assert lena.invitation_ends_at == now + LASTS
    assert not lena.has_usable_password()
    assert [one.action for one in AuditEvent.objects.order_by("-sequence")[:2]] == [
        "person.invited",
        "person.added",
    ]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"email": ""}, "email"),
        ({"by_mail": True}, "by_mail"),
        ({"email": "lena"}, "email"),
    ],
)
def test_invitation_that_cannot_reach_anybody_is_refused(
    invite: Any, more: dict[str, Any], field: str
) -> None:
    with refused_at(field):
        invite(**more)

    assert not Person.objects.exists()


def test_invited_tenant_administrator_must_be_confirmed(invite: Any, tenant: Tenant) -> None:
    roles = role_ids(tenant, TENANT_ADMINISTRATOR)

    with refused_at("confirms_administrator"):
        invite(role_ids=roles)

    assert invite(role_ids=roles, confirms_administrator=True)


def test_invitation_link_works_for_seven_days(invite: Any, now: Any, time_machine: Any) -> None:
    lena = invite()
    link = invitation_link(lena, now=now)

    time_machine.move_to(now + LASTS - HOUR)
    assert works(link, lena)
    time_machine.move_to(now + LASTS + HOUR)
    assert not works(link, lena)


def test_ordinary_one_time_link_still_expires_after_an_hour(
    tenant: Tenant, now: Any, time_machine: Any
) -> None:
    ann = make_person("ann", tenant)
    link = make_one_time_link(ann, actor=command_line_in(tenant), now=now)

    time_machine.move_to(now + 2 * HOUR)

    assert not works(link, ann)


def test_invitation_is_accepted_once(invite: Any, now: Any, renew: Any) -> None:
    lena = invite()
    link = invitation_link(lena, now=now)
    choose_password(lena, GOOD, actor=actor_for(lena), now=now)

    assert not works(link, lena)
    assert not Person.objects.get(pk=lena.pk).is_invited
    with pytest.raises(Conflict):
        renew(lena, now=now)


def test_sign_in_without_the_link_accepts_the_invitation(invite: Any, now: Any) -> None:
    """Another way to prove who they are, such as single sign-on, is as good."""
    lena = invite()
    link = invitation_link(lena, now=now)

    record_sign_in(lena, actor=actor_for(lena), now=now)

    assert not Person.objects.get(pk=lena.pk).is_invited
    Person.objects.filter(pk=lena.pk).update(last_login=now)  # as Django does then
    assert not works(link, lena)


def test_renewed_invitation_has_one_new_link(
    invite: Any, now: Any, renew: Any, time_machine: Any
) -> None:
    lena = invite()
    former = invitation_link(lena, now=now)
    later = now + LASTS + HOUR
    time_machine.move_to(later)

    lena = renew(lena, now=later)

    assert works(invitation_link(lena, now=later), lena)
    assert not works(former, lena)


@pytest.mark.parametrize("change", ["deactivated", "another email"])
def test_invitation_ends_with_what_it_was_made_for(
    invite: Any, tenant: Tenant, now: Any, change: str
) -> None:
    lena, by = invite(), {"actor": command_line_in(tenant), "now": now}
    link = invitation_link(lena, now=now)

    if change == "deactivated":
        set_active(lena, active=False, **by)
        set_active(lena, active=True, **by)
    else:
        edit_person(lena, name="", email="lena.horvat@herons.example", **by)

    assert not works(link, lena)


def test_withdrawn_invitation_frees_username_and_email(
    invite: Any, tenant: Tenant, now: Any
) -> None:
    lena = invite()

    withdraw_invitation(lena, actor=command_line_in(tenant), now=now)

    assert not Person.objects.exists()
    assert AuditEvent.objects.filter(action="person.invitation.withdrawn").count() == 1
    assert invite().username == lena.username


def test_invitation_of_somebody_who_accepted_is_not_withdrawn(tenant: Tenant, now: Any) -> None:
    ann = make_person("ann", tenant)

    with pytest.raises(Conflict):
        withdraw_invitation(ann, actor=command_line_in(tenant), now=now)

    assert Person.objects.filter(pk=ann.pk).exists()


def test_invited_administrator_does_not_count_as_the_last_one(
    invite: Any, tenant: Tenant, now: Any
) -> None:
    mara = make_person("mara", tenant, TENANT_ADMINISTRATOR)
    invite(role_ids=role_ids(tenant, TENANT_ADMINISTRATOR), confirms_administrator=True)

    assert list(people_who_administer(tenant.pk)) == [mara]
    with pytest.raises(RuleBroken):
        set_active(mara, active=False, actor=command_line_in(tenant), now=now)


def test_invited_person_owns_no_client(invite: Any, tenant: Tenant, now: Any) -> None:
    lena, ann, by = invite(), make_person("ann", tenant), {"actor": command_line_in(tenant)}
    client = make_client("Pump", tenant).client

    with pytest.raises(RuleBroken):
        set_owners(client, frozenset({lena.pk}), expected_version=None, now=now, **by)
    with pytest.raises(RuleBroken):
        hand_over(ann, lena, now=now, **by)

"""A person's roles and whether they may sign in; the last Tenant Administrator stays (ROL-7)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import pytest

from clients_app.errors import ChangedMeanwhile, Forbidden, NotFound, RuleBroken
from clients_app.models import AuditEvent, Person, Tenant
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR, TENANT_MEMBER, TENANT_VIEWER
from clients_app.selectors.people.lookup import people_who_administer, rights_of
from clients_app.services.notices.calendar_links import create_feed, remove_feed
from clients_app.services.people.accounts import assign_person_roles, set_active
from tests.actors import actor_for, command_line_in
from tests.conftest import browser_of
from tests.factories import make_person, make_role, role_ids
from tests.moments import NOW
from tests.refused_values import refused_at


def demote(person: Person, actor: Any) -> Person:
    return assign_person_roles(person, frozenset(), actor=actor, now=NOW)


def deactivate(person: Person, actor: Any) -> Person:
    return set_active(person, active=False, actor=actor, now=NOW)


LOSING: Final = {"demoted": demote, "deactivated": deactivate}


def test_assigned_roles_apply_immediately_and_tenant_member_stays(
    tenant: Tenant, administrator: Person, colleague: Person
) -> None:
    mara = actor_for(administrator)
    ids = role_ids(tenant, TENANT_ADMINISTRATOR)
    assign_person_roles(colleague, ids, actor=mara, now=NOW)

    assert rights_of(colleague) == {TENANT_ADMINISTRATOR, TENANT_MEMBER}
    event = AuditEvent.objects.get(action="person.roles.changed")
    assert '"before":{"roles":["Tenant Member","Tenant Viewer"]}' in event.canonical
    assert '"after":{"roles":["Tenant Administrator","Tenant Member"]}' in event.canonical
    assign_person_roles(colleague, ids, actor=mara, now=NOW)
    assert AuditEvent.objects.filter(action="person.roles.changed").count() == 1


def test_assigning_roles_of_an_old_version_is_a_conflict(
    tenant: Tenant, administrator: Person, colleague: Person
) -> None:
    by: dict[str, Any] = {"actor": actor_for(administrator), "now": NOW, "expected_version": 1}
    theirs, mine = role_ids(tenant, TENANT_ADMINISTRATOR), frozenset[Any]()
    for _ in range(2):  # sent twice, applied once
        assign_person_roles(colleague, theirs, **by)

    with pytest.raises(ChangedMeanwhile):
        assign_person_roles(colleague, mine, **by)
    assert rights_of(colleague) == {TENANT_ADMINISTRATOR, TENANT_MEMBER}
    assert assign_person_roles(colleague, mine, **by | {"expected_version": 2}).version == 3


def test_deactivated_person_is_signed_out_and_can_be_reactivated(
    administrator: Person, colleague: Person
) -> None:
    mara, browser = actor_for(administrator), browser_of(colleague)
    assert browser.get("/security/clients").status_code == 200

    deactivate(colleague, mara)
    assert browser.get("/security/clients").status_code == 303
    deactivate(colleague, mara)
    assert AuditEvent.objects.filter(action="person.deactivated").count() == 1

    set_active(colleague, active=True, actor=mara, now=NOW)
    assert browser.get("/security/clients").status_code == 303
    colleague.refresh_from_db()
    assert browser_of(colleague).get("/security/clients").status_code == 200


@pytest.mark.parametrize("lose", LOSING.values(), ids=LOSING)
def test_last_tenant_administrator_cannot_be_demoted_or_deactivated(
    lose: Callable[[Person, Any], Person], tenant: Tenant, administrator: Person, stranger: Person
) -> None:
    second = make_person("second", tenant, TENANT_ADMINISTRATOR)
    lose(second, command_line_in(tenant))

    staff = replace(actor_for(administrator), is_staff=True)
    for actor in (staff, command_line_in(tenant)):
        with pytest.raises(RuleBroken, match="mara is the last Tenant Administrator"):
            lose(administrator, actor)

    assert list(people_who_administer(tenant.pk)) == [administrator]


@pytest.mark.parametrize("lose", LOSING.values(), ids=LOSING)
def test_administrator_who_cannot_sign_in_does_not_count(
    lose: Callable[[Person, Any], Person], tenant: Tenant, administrator: Person
) -> None:
    away = make_person("away", tenant, TENANT_ADMINISTRATOR)
    deactivate(away, command_line_in(tenant))

    with pytest.raises(RuleBroken):
        lose(administrator, command_line_in(tenant))
    demote(away, command_line_in(tenant))  # an inactive administrator is not the last one


@pytest.mark.parametrize("lose", LOSING.values(), ids=LOSING)
def test_editing_people_without_permission_is_refused(
    lose: Callable[[Person, Any], Person],
    tenant: Tenant,
    administrator: Person,
    colleague: Person,
    stranger: Person,
) -> None:
    with pytest.raises(Forbidden):
        lose(administrator, actor_for(colleague))
    with pytest.raises(NotFound):
        lose(colleague, actor_for(stranger))
    plain = make_person("plain", tenant, TENANT_ADMINISTRATOR)
    with pytest.raises(Forbidden, match="Only Staff"):
        lose(administrator, actor_for(plain))  # Mara is Staff
    assert rights_of(colleague) == {TENANT_MEMBER, TENANT_VIEWER}


def test_assigning_more_than_25_roles_is_refused(
    tenant: Tenant, administrator: Person, colleague: Person
) -> None:
    custom = [make_role(f"Role {n}", tenant).pk for n in range(25)]
    mara = actor_for(administrator)

    assign_person_roles(colleague, frozenset(custom[:24]), actor=mara, now=NOW)
    assert colleague.roles.count() == 25
    with refused_at("roles"):
        assign_person_roles(colleague, frozenset(custom), actor=mara, now=NOW)
    assert colleague.roles.count() == 25


def test_calendar_link_of_somebody_else_can_neither_be_made_nor_removed(
    administrator: Person, colleague: Person
) -> None:
    for person, other in ((administrator, colleague), (colleague, administrator)):
        create_feed(person, actor=actor_for(person), now=NOW)
        for change in (create_feed, remove_feed):
            with pytest.raises(Forbidden, match="only change your own"):
                change(person, actor=actor_for(other), now=NOW)
        remove_feed(person, actor=actor_for(person), now=NOW)

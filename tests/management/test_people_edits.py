"""`manage.py people`: what changes somebody who is there."""

from datetime import datetime

from clients_app.models import AuditEvent, Person, Tenant
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from tests.factories import make_client, make_person
from tests.management.conftest import Run


def test_people_roles_lists_replaces_and_clears(run: Run, tenant: Tenant) -> None:
    person = make_person("ann", tenant)

    assert run("people", "roles", "ANN", "--role", "tenant auditor") == (
        0,
        "ann has these roles: Tenant Auditor, Tenant Member.\n",
        "",
    )
    assert set(person.roles.values_list("name", flat=True)) == {"Tenant Auditor", "Tenant Member"}
    events = AuditEvent.objects.count()
    assert run("people", "roles", "ann").out == (
        "ann has these roles: Tenant Auditor, Tenant Member.\n"
    )
    assert (person.roles.count(), AuditEvent.objects.count()) == (2, events)
    assert run("people", "roles", "ann", "--none").out == "ann has these roles: Tenant Member.\n"
    assert person.roles.count() == 1
    assert run("people", "roles", "ann", "--none", "--role", "Tenant Auditor").status == 2
    assert run("people", "roles", "nobody").error == (
        "There is no person with the username nobody.\n"
    )


def test_people_deactivate_and_activate_say_what_they_did(run: Run, tenant: Tenant) -> None:
    make_person("ann", tenant)

    assert run("people", "activate", "ann").out == "ann is already active.\n"
    assert run("people", "deactivate", "ANN").out == (
        "ann is inactive now: they are signed out and cannot sign in.\n"
    )
    assert not Person.objects.get().is_active
    assert run("people", "deactivate", "ann").out == "ann is already inactive.\n"
    assert run("people", "activate", "ann").out == ("ann is active now: they can sign in again.\n")
    assert Person.objects.get().is_active


def test_people_deactivate_says_what_they_own_and_hands_it_over(
    run: Run, tenant: Tenant, now: datetime
) -> None:
    ann, ben = make_person("ann", tenant), make_person("ben", tenant)
    gone = make_person("gone", tenant)
    pumps = [make_client(f"Pump {n}", tenant, now=now).client for n in range(4)]
    for pump in pumps:
        pump.owners.add(ann)
    pumps[0].owners.add(ben)
    pumps[1].owners.add(gone)
    pumps[3].owners.add(ben)
    run("people", "deactivate", "gone")

    assert run("people", "deactivate", "ann").out.splitlines() == [
        "ann is inactive now: they are signed out and cannot sign in.",
        "ann owns 4 clients. Without another owner who can sign in: 2.",
        "To hand them over, run `manage.py people deactivate ann --hand-over-to USERNAME`.",
    ]
    for other in ("gone", "ann", "nobody"):
        refused = run("people", "deactivate", "ann", "--hand-over-to", other)
        assert (refused.status, refused.error.count("\n")) == (1, 1)
    handed_over = run("people", "deactivate", "ann", "--hand-over-to", "BEN")
    assert handed_over.out.splitlines() == [
        "ann is already inactive.",
        "Handed over to ben: 4 clients.",
    ]
    assert not ann.owned_clients.exists()
    assert ben.owned_clients.count() == 4
    assert set(pumps[1].owners.all()) == {ben, gone}
    assert AuditEvent.objects.filter(action="client.owners.changed").count() == 4
    assert run("people", "deactivate", "ann").out == "ann is already inactive.\n"


def test_people_deactivate_without_a_known_successor_changes_nothing(
    run: Run, tenant: Tenant
) -> None:
    make_person("ann", tenant)
    assert run("people", "deactivate", "ann", "--hand-over-to", "nobody").status == 1
    assert Person.objects.get().is_active


def test_people_the_last_administrator_is_kept(run: Run, tenant: Tenant) -> None:
    make_person("ann", tenant, TENANT_ADMINISTRATOR)

    for words in (("roles", "ann", "--none"), ("deactivate", "ann")):
        ended = run("people", *words)
        assert (ended.status, ended.error) == (
            1,
            "ann is the last Tenant Administrator. Make somebody else one first.\n",
        )


def test_people_edit_changes_what_is_given(run: Run, tenant: Tenant) -> None:
    make_person("mara", tenant, name="Mara", email="mara@example.com")

    assert run("people", "edit", "mara", "--name", "Mara Ott").status == 0
    person = Person.objects.get()
    assert (person.name, person.email) == ("Mara Ott", "mara@example.com")
    assert run("people", "edit", "mara", "--email", "mara").error.strip() == (
        "Enter an email address such as mara@example.com. (--email)"
    )

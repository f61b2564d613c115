"""`manage.py people`: users of the portal from the command line."""

from argparse import ArgumentParser
from typing import Any

from clients_app.errors import NotFound
from clients_app.identity.one_time_links import make_one_time_link
from clients_app.identity.second_factors import remove_factor
from clients_app.management.command_line import (
    PortalCommand,
    actor_in,
    add_tenant_option,
    now,
    roles_named,
    tenant_of,
)
from clients_app.models import Person
from clients_app.selectors.tenants import installation
from clients_app.services.people.accounts import add_person, assign_person_roles, set_active


class Command(PortalCommand):
    help = "Adds people, makes one-time links for them, changes their roles, lets them in or not."

    def add_arguments(self, parser: ArgumentParser) -> None:
        words = self.words(parser)
        add = words.add_parser("add", help="add a person; prints a one-time link, valid an hour")
        add.add_argument("username", metavar="USERNAME")
        add.add_argument("--role", action="append", default=[], metavar="NAME", dest="roles")
        add.add_argument("--name", default="", help="the full name")
        add.add_argument("--email", default="")
        add.add_argument("--staff", action="store_true", help="an operator of the installation")
        add_tenant_option(add)
        link = words.add_parser("reset-link", help="print a one-time link, valid an hour")
        link.add_argument("username", metavar="USERNAME")
        mfa = words.add_parser("reset-mfa", help="remove the second factor of who has lost it")
        mfa.add_argument("username", metavar="USERNAME")
        roles = words.add_parser("roles", help="set the roles of a person; without --role: none")
        roles.add_argument("username", metavar="USERNAME")
        roles.add_argument("--role", action="append", default=[], metavar="NAME", dest="roles")
        off = words.add_parser("deactivate", help="end a person's sessions; no more sign-in")
        off.add_argument("username", metavar="USERNAME")
        on = words.add_parser("activate", help="let a person sign in again")
        on.add_argument("username", metavar="USERNAME")

    def add(self, *, username: str, staff: bool, **options: Any) -> None:
        """Add the person and print the link on which to choose a password."""
        tenant = tenant_of(options["tenant"])
        person = add_person(
            username,
            role_ids=roles_named(options["roles"], tenant=tenant),
            actor=actor_in(tenant),
            now=now(),
            name=options["name"],
            email=options["email"],
            is_staff=staff,
        )
        self._print_link(person)

    def reset_link(self, *, username: str, **_: Any) -> None:
        """Print a link for a person who cannot sign in."""
        person = installation.find_person(username)
        if person is None or not person.is_active:
            raise NotFound("There is no active person with the username %(name)s.", name=username)
        self._print_link(person)

    def reset_mfa(self, *, username: str, **_: Any) -> None:
        """Let the person sign in by the password alone, and set up another factor."""
        person = _person_named(username)
        if not remove_factor(person, actor=actor_in(person.tenant), now=now()):
            self.stdout.write(f"{person.username} has no second factor.")
            return
        self.stdout.write(
            f"The second factor of {person.username} is removed: the password alone signs in.\n"
            "Make sure that it was this person who asked."
        )

    def roles(self, *, username: str, roles: list[str], **_: Any) -> None:
        """Give the person these roles, and Tenant Member."""
        person = _person_named(username)
        role_ids = roles_named(roles, tenant=person.tenant)
        assign_person_roles(person, role_ids, actor=actor_in(person.tenant), now=now())

    def activate(self, *, username: str, **_: Any) -> None:
        """Let the person sign in."""
        person = _person_named(username)
        set_active(person, active=True, actor=actor_in(person.tenant), now=now())

    def deactivate(self, *, username: str, **_: Any) -> None:
        """Let the person sign in no more."""
        person = _person_named(username)
        set_active(person, active=False, actor=actor_in(person.tenant), now=now())

    def _print_link(self, person: Person) -> None:
        link = make_one_time_link(person, actor=actor_in(person.tenant), now=now())
        self.stdout.write(f"One-time link, valid an hour, to choose a password:\n{link}")


def _person_named(username: str) -> Person:
    person = installation.find_person(username)
    if person is None:
        raise NotFound("There is no person with the username %(name)s.", name=username)
    return person

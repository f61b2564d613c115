"""`manage.py people`: users of the portal from the command line."""

from argparse import Namespace

from clients_app.errors import NotFound
from clients_app.identity.one_time_links import make_one_time_link
from clients_app.identity.second_factors import remove_factor
from clients_app.management import command_line as cli
from clients_app.models import Person
from clients_app.selectors.tenants import installation
from clients_app.services.people.accounts import add_person, assign_person_roles, set_active


class Command(cli.PortalCommand):
    help = "Adds people, prints one-time links, sets roles, activates and deactivates."

    @cli.subcommand(
        cli.USERNAME,
        cli.ROLES,
        cli.argument("--name", default="", help="the full name"),
        cli.argument("--email", default=""),
        cli.argument("--staff", action="store_true", help="an operator of the installation"),
        cli.TENANT,
    )
    def add(self, given: Namespace) -> None:
        """Add a person; print a one-time link, valid for an hour, to choose a password."""
        tenant = cli.tenant_of(given.tenant)
        person = add_person(
            given.username,
            role_ids=cli.roles_named(given.roles, tenant=tenant),
            actor=cli.actor_in(tenant),
            now=cli.now(),
            name=given.name,
            email=given.email,
            is_staff=given.staff,
        )
        self._print_link(person)

    @cli.subcommand(cli.USERNAME)
    def reset_link(self, given: Namespace) -> None:
        """Print a one-time link, valid for an hour, for a person who cannot sign in."""
        self._print_link(_person(given, kind="active person"))

    @cli.subcommand(cli.USERNAME)
    def reset_mfa(self, given: Namespace) -> None:
        """Remove the second factor of a person who lost it."""
        person = _person(given)
        if not remove_factor(person, actor=cli.actor_in(person.tenant), now=cli.now()):
            self.stdout.write(f"{person.username} has no second factor.")
            return
        self.stdout.write(
            f"The second factor of {person.username} is removed; they sign in with the password "
            "alone.\nMake sure that it was this person who asked for it."
        )

    @cli.subcommand(cli.USERNAME, cli.ROLES)
    def roles(self, given: Namespace) -> None:
        """Replace the roles of a person; without --role they keep Tenant Member only."""
        person = _person(given)
        role_ids = cli.roles_named(given.roles, tenant=person.tenant)
        assign_person_roles(person, role_ids, actor=cli.actor_in(person.tenant), now=cli.now())

    @cli.subcommand(cli.USERNAME)
    def activate(self, given: Namespace) -> None:
        """Let a person sign in again."""
        person = _person(given)
        set_active(person, active=True, actor=cli.actor_in(person.tenant), now=cli.now())

    @cli.subcommand(cli.USERNAME)
    def deactivate(self, given: Namespace) -> None:
        """End the sessions of a person, who can no longer sign in."""
        person = _person(given)
        set_active(person, active=False, actor=cli.actor_in(person.tenant), now=cli.now())

    def _print_link(self, person: Person) -> None:
        link = make_one_time_link(person, actor=cli.actor_in(person.tenant), now=cli.now())
        self.stdout.write(f"One-time link, valid for an hour, to choose a password:\n{link}")


def _person(given: Namespace, *, kind: str = "person") -> Person:
    person = installation.find_person(given.username)
    if person is None or (kind == "active person" and not person.is_active):
        message = f"There is no {kind} with the username %(name)s."
        raise NotFound(message, name=given.username)
    return person

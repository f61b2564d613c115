"""`manage.py people`: users of the portal from the command line."""

from argparse import ArgumentParser, Namespace
from datetime import datetime
from shlex import quote
from typing import Any

from clients_app.management import command_line as cli
from clients_app.management.invitations import InvitationCommands
from clients_app.management.named import people_named, person_of, roles_named
from clients_app.management.output import all_or_nothing
from clients_app.management.person_lines import listed_people, person_lines, person_values
from clients_app.management.secret_lines import minute
from clients_app.management.sign_ins import SignInCommands
from clients_app.models import Person
from clients_app.selectors.people.lists import PeopleShow
from clients_app.selectors.people.lookup import owned_by, tenant_people
from clients_app.services.people.accounts import assign_person_roles, set_active
from clients_app.services.people.ownership import hand_over
from clients_app.services.people.profile import edit_person


def _new_roles(parser: ArgumentParser) -> None:
    group: Any = parser.add_mutually_exclusive_group()
    cli.ROLES(group)
    group.add_argument("--none", action="store_true", help="remove all roles but Tenant Member")


class Command(InvitationCommands, SignInCommands):
    help = "Lists, adds, invites and edits people; links, roles, accounts; deactivates."

    @cli.reading(
        cli.argument("--show", choices=[one.value for one in PeopleShow if one], default=""),
        cli.argument(
            "--filter", default="", metavar="TEXT", help="part of a name, username or email"
        ),
        cli.TENANT,
    )
    def list(self, given: Namespace) -> None:
        """List the people of a tenant, by name."""
        tenant_id, show = cli.tenant_of(given.tenant).pk, PeopleShow(given.show)
        people = listed_people(tenant_id, show=show, q=given.filter, now=cli.now())
        columns = {"username": 20, "state": 8, "last_sign_in": 16, "roles": 0}
        self.list_rows(given, people, dict, _cells, **columns)

    @cli.reading(cli.USERNAME)
    def show(self, given: Namespace) -> None:
        """Show a person: state, roles, second factor, last sign-in, how many clients they own."""
        person, now = person_of(given), cli.now()
        self.tell(given, person_lines(person, now=now), person_values(person, now=now))

    @cli.subcommand(
        cli.USERNAME,
        cli.argument("--name", metavar="NAME", help="the full name"),
        cli.argument("--email", metavar="EMAIL", help="may be empty"),
    )
    def edit(self, given: Namespace) -> None:
        """Change the name or email of a person."""
        person, now = person_of(given), cli.now()
        person = edit_person(
            person,
            name=person.name if given.name is None else given.name,
            email=person.email if given.email is None else given.email,
            actor=cli.actor_in(person.tenant),
            now=now,
        )
        self.tell(given, f"{person.username} is saved.", person_values(person, now=now))

    @cli.subcommand(cli.USERNAME, _new_roles)
    def roles(self, given: Namespace) -> None:
        """List the roles of a person, or replace them."""
        person, now = person_of(given), cli.now()
        if given.roles or given.none:
            role_ids = roles_named(given.roles, tenant=person.tenant)
            actor = cli.actor_in(person.tenant)
            person = assign_person_roles(person, role_ids, actor=actor, now=now)
        values = person_values(person, now=now)
        sentence = f"{person.username} has these roles: {', '.join(values['Roles'])}."
        self.tell(given, sentence, values)

    @cli.subcommand(cli.USERNAME)
    def activate(self, given: Namespace) -> None:
        """Let a person sign in again."""
        person = person_of(given)
        sentence = _set_active(person, active=True)
        self.tell(given, sentence, person_values(person_of(given), now=cli.now()))

    @cli.subcommand(
        cli.USERNAME,
        cli.argument(
            "--hand-over-to",
            metavar="USERNAME",
            help="the person who becomes an owner of their clients instead",
        ),
    )
    def deactivate(self, given: Namespace) -> None:
        """End the sessions and links of a person, who cannot sign in then; say what they own."""
        person = person_of(given)
        with all_or_nothing():
            sentences = [_set_active(person, active=False)]
            if given.hand_over_to is None:
                sentences += _what_they_own(person)
            else:
                sentences.append(_handed_over(person, given.hand_over_to))
            values = person_values(person_of(given), now=cli.now())
            self.tell(given, "\n".join(sentences), values)


def _set_active(person: Person, *, active: bool) -> str:
    """Make a person active or inactive; return what happened, as a sentence."""
    state = "active" if active else "inactive"
    if person.is_active == active:
        return f"{person.username} is already {state}."
    set_active(person, active=active, actor=cli.actor_in(person.tenant), now=cli.now())
    effect = "can sign in again" if active else "are signed out and cannot sign in"
    return f"{person.username} is {state} now: they {effect}."


def _handed_over(person: Person, username: str) -> str:
    (to_id,) = people_named([username], tenant=person.tenant)
    to = tenant_people(person.tenant_id).get(pk=to_id)
    number = hand_over(person, to, actor=cli.actor_in(person.tenant), now=cli.now())
    return f"Handed over to {to.username}: {_clients(number)}."


def _what_they_own(person: Person) -> list[str]:
    owned = owned_by(person)
    if not owned.clients:
        return []
    return [
        f"{person.username} owns {_clients(owned.clients)}. "
        f"Without another owner who can sign in: {owned.alone}.",
        "To hand them over, run `manage.py people deactivate "
        f"{quote(person.username)} --hand-over-to USERNAME`.",
    ]


def _clients(number: int) -> str:
    return "1 client" if number == 1 else f"{number} clients"


def _cells(person: dict[str, Any]) -> tuple[object, ...]:
    at, roles = person["LastSignIn"], ", ".join(person["Roles"])
    last = minute(datetime.fromisoformat(at) if at else None)
    return person["Username"], person["State"], last, roles

"""`manage.py people`: users of the portal from the command line."""

from argparse import ArgumentParser, Namespace
from shlex import quote

from clients_app.errors import NotFound
from clients_app.identity.factor_status import (
    MUST_SET_UP,
    lacks_demanded_factor,
    must_have_factor,
)
from clients_app.identity.one_time_links import invitation_link, make_one_time_link
from clients_app.identity.second_factors import remove_factor
from clients_app.identity.sign_on.people import link_account, unlink_accounts
from clients_app.identity.sign_on.visit import provider_with
from clients_app.limits import INVITATION_DAYS
from clients_app.management import command_line as cli
from clients_app.management.named import people_named, roles_named
from clients_app.management.output import all_or_nothing
from clients_app.management.person_lines import listed_people, person_lines, person_values
from clients_app.management.table import Table
from clients_app.models import Person
from clients_app.selectors.people.lists import PeopleShow
from clients_app.selectors.people.lookup import owned_by, tenant_people
from clients_app.selectors.tenants import installation
from clients_app.services.people.accounts import add_person, assign_person_roles, set_active
from clients_app.services.people.invitations import (
    invite_person,
    renew_invitation,
    withdraw_invitation,
)
from clients_app.services.people.ownership import hand_over
from clients_app.services.people.profile import edit_person


def _new_roles(parser: ArgumentParser) -> None:
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--role", **cli.ROLE_OPTION)
    group.add_argument("--none", action="store_true", help="remove all roles but Tenant Member")


BY_MAIL = cli.argument("--by-mail", action="store_true", help="mail the link, do not print it")


class Command(cli.PortalCommand):
    help = "Adds, invites and lists people; links, roles, accounts, activates, deactivates."

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
        with all_or_nothing():
            person = add_person(
                given.username,
                role_ids=roles_named(given.roles, tenant=tenant),
                actor=cli.actor_in(tenant),
                now=cli.now(),
                name=given.name,
                email=given.email,
                is_staff=given.staff,
            )
            self._print_link(person)

    @cli.subcommand(
        cli.argument("email", metavar="EMAIL"),
        cli.ROLES,
        cli.argument("--username", default="", help="what they sign in with, if not the email"),
        cli.argument("--name", default="", help="the full name"),
        BY_MAIL,
        cli.TENANT,
    )
    def invite(self, given: Namespace) -> None:
        """Invite a person for 7 days; print the one-time link, or mail it with --by-mail."""
        tenant, now = cli.tenant_of(given.tenant), cli.now()
        with all_or_nothing():
            person = invite_person(
                given.username,
                email=given.email,
                name=given.name,
                role_ids=roles_named(given.roles, tenant=tenant),
                confirms_administrator=True,
                by_mail=given.by_mail,
                actor=cli.actor_in(tenant),
                now=now,
            )
            self._say_invited(person, given)

    @cli.subcommand(cli.USERNAME, BY_MAIL)
    def renew(self, given: Namespace) -> None:
        """Make a new link for a person who is invited; the former one stops working."""
        person = _person(given)
        with all_or_nothing():
            actor, now = cli.actor_in(person.tenant), cli.now()
            renewed = renew_invitation(person, by_mail=given.by_mail, actor=actor, now=now)
            self._say_invited(renewed, given)

    @cli.subcommand(cli.USERNAME)
    def withdraw(self, given: Namespace) -> None:
        """Withdraw an invitation: remove a person who has not accepted it."""
        person = _person(given)
        withdraw_invitation(person, actor=cli.actor_in(person.tenant), now=cli.now())
        self.stdout.write(f"The invitation of {person.username} is withdrawn.")

    @cli.reading(
        cli.argument("--show", choices=[one.value for one in PeopleShow if one], default=""),
        cli.argument("--filter", default="", help="part of a name, username or email"),
        cli.JSON,
        cli.TENANT,
    )
    def list(self, given: Namespace) -> None:
        """List the people of a tenant, by name."""
        tenant_id, show = cli.tenant_of(given.tenant).pk, PeopleShow(given.show)
        people = listed_people(tenant_id, show=show, q=given.filter, now=cli.now())
        if given.json:
            for person in people:
                self.print_json(person)
            return
        table = Table(self.stdout.write, username=20, state=8, last_sign_in=20, roles=0)
        for person in people:
            roles = ", ".join(person["Roles"])
            table.row(person["Username"], person["State"], person["LastSignIn"] or "never", roles)

    @cli.reading(cli.USERNAME, cli.JSON)
    def show(self, given: Namespace) -> None:
        """Show a person: state, roles, second factor, last sign-in, how many clients they own."""
        person, now = _person(given), cli.now()
        if given.json:
            self.print_json(person_values(person, now=now))
        else:
            self.stdout.write(person_lines(person, now=now))

    @cli.subcommand(
        cli.USERNAME,
        cli.argument("--name", help="the full name"),
        cli.argument("--email", help="may be empty"),
    )
    def edit(self, given: Namespace) -> None:
        """Change the name or email of a person."""
        person = _person(given)
        edit_person(
            person,
            name=person.name if given.name is None else given.name,
            email=person.email if given.email is None else given.email,
            actor=cli.actor_in(person.tenant),
            now=cli.now(),
        )
        self.stdout.write(f"{person.username} is saved.")

    @cli.subcommand(cli.USERNAME)
    def reset_link(self, given: Namespace) -> None:
        """Print a one-time link, valid for an hour, for a person who cannot sign in."""
        with all_or_nothing():
            self._print_link(_person(given, kind="active person"))

    @cli.subcommand(cli.USERNAME)
    def reset_mfa(self, given: Namespace) -> None:
        """Remove the second factor of a person who lost it."""
        person = _person(given)
        if not remove_factor(person, actor=cli.actor_in(person.tenant), now=cli.now()):
            self.stdout.write(f"{person.username} has no second factor.")
            return
        then = (
            "set up another one" if must_have_factor(person) else "sign in with the password alone"
        )
        self.stdout.write(
            f"The second factor of {person.username} is removed; they {then}.\n"
            "Make sure that it was this person who asked for it."
        )

    @cli.subcommand(cli.USERNAME, _new_roles)
    def roles(self, given: Namespace) -> None:
        """List the roles of a person, or replace them."""
        person = _person(given)
        if given.roles or given.none:
            role_ids = roles_named(given.roles, tenant=person.tenant)
            actor = cli.actor_in(person.tenant)
            person = assign_person_roles(person, role_ids, actor=actor, now=cli.now())
        names = person.roles.order_by("name_key").values_list("name", flat=True)
        self.stdout.write(f"{person.username} has these roles: {', '.join(names)}.")

    @cli.subcommand(cli.USERNAME)
    def activate(self, given: Namespace) -> None:
        """Let a person sign in again."""
        self._set_active(_person(given), active=True)

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
        person = _person(given)
        with all_or_nothing():
            self._set_active(person, active=False)
            if given.hand_over_to is None:
                self._say_what_they_own(person)
            else:
                self._hand_over(person, given.hand_over_to)

    @cli.subcommand(
        cli.USERNAME,
        cli.argument("subject", metavar="SUBJECT", help="the claim sub of their account there"),
        cli.argument("--provider", default="1", help="its number: 2 for OIDC_2_ISSUER"),
    )
    def link(self, given: Namespace) -> None:
        """Let a person, also of Staff, sign in with an account of single sign-on."""
        person, provider = _person(given), provider_with(given.provider)
        if provider is None:
            raise NotFound("There is no provider with the number %(id)s.", id=given.provider)
        actor = cli.actor_in(person.tenant)
        link_account(person, provider, given.subject, actor=actor, now=cli.now())
        self.stdout.write(f"{person.username} can sign in with {provider.name} now.")

    @cli.subcommand(cli.USERNAME)
    def unlink(self, given: Namespace) -> None:
        """End the sessions of a person, and unlink their accounts of single sign-on."""
        person = _person(given)
        done = unlink_accounts(person, actor=cli.actor_in(person.tenant), now=cli.now())
        state = "no longer has" if done else "has no"
        self.stdout.write(f"{person.username} {state} accounts of single sign-on.")

    def _set_active(self, person: Person, *, active: bool) -> None:
        state = "active" if active else "inactive"
        if person.is_active == active:
            self.stdout.write(f"{person.username} is already {state}.")
            return
        set_active(person, active=active, actor=cli.actor_in(person.tenant), now=cli.now())
        effect = "can sign in again" if active else "are signed out and cannot sign in"
        self.stdout.write(f"{person.username} is {state} now: they {effect}.")

    def _hand_over(self, person: Person, username: str) -> None:
        (to_id,) = people_named([username], tenant=person.tenant)
        to = tenant_people(person.tenant_id).get(pk=to_id)
        number = hand_over(person, to, actor=cli.actor_in(person.tenant), now=cli.now())
        self.stdout.write(f"Handed over to {to.username}: {_clients(number)}.")

    def _say_what_they_own(self, person: Person) -> None:
        owned = owned_by(person)
        if owned.clients:
            self.stdout.write(
                f"{person.username} owns {_clients(owned.clients)}. "
                f"Without another owner who can sign in: {owned.alone}.\nTo hand them over, run "
                f"`manage.py people deactivate {quote(person.username)} --hand-over-to USERNAME`."
            )

    def _say_invited(self, person: Person, given: Namespace) -> None:
        if given.by_mail:
            self.stdout.write(f"The worker mails the invitation to {person.email}.")
            return
        link = invitation_link(person, now=cli.now())
        self.stdout.write(f"Invitation, valid for {INVITATION_DAYS} days and once:\n{link}")

    def _print_link(self, person: Person) -> None:
        link = make_one_time_link(person, actor=cli.actor_in(person.tenant), now=cli.now())
        self.stdout.write(f"One-time link, valid for an hour, to choose a password:\n{link}")
        if lacks_demanded_factor(person):
            self.stdout.write(MUST_SET_UP % {"username": person.username})


def _person(given: Namespace, *, kind: str = "person") -> Person:
    person = installation.find_person(given.username)
    if person is None or (kind == "active person" and not person.is_active):
        message = f"There is no {kind} with the username %(name)s."
        raise NotFound(message, name=given.username)
    return person


def _clients(number: int) -> str:
    return "1 client" if number == 1 else f"{number} clients"

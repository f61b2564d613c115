"""The part of `manage.py people` that adds and invites people."""

from argparse import Namespace

from django.conf import settings

from clients_app.identity.one_time_links import invitation_link
from clients_app.limits import INVITATION_DAYS
from clients_app.management import command_line as cli
from clients_app.management.named import person_of, roles_named
from clients_app.management.output import all_or_nothing
from clients_app.management.person_lines import link_lines, person_values
from clients_app.models import Person
from clients_app.services.people.accounts import add_person
from clients_app.services.people.invitations import (
    invite_person,
    renew_invitation,
    withdraw_invitation,
)

BY_MAIL = cli.flag("--by-mail", "mail the link, do not print it")


class InvitationCommands(cli.PortalCommand):
    """Adding, inviting, and what becomes of an invitation."""

    @cli.subcommand(
        cli.USERNAME,
        cli.ROLES,
        cli.argument("--name", default="", metavar="NAME", help="the full name"),
        cli.argument("--email", default="", metavar="EMAIL"),
        cli.flag("--staff", "an operator of the installation"),
        cli.TENANT,
    )
    def add(self, given: Namespace) -> None:
        """Add a person; print a one-time link, valid for an hour, to choose a password."""
        tenant, now = cli.tenant_of(given.tenant), cli.now()
        with all_or_nothing():
            person = add_person(
                given.username,
                role_ids=roles_named(given.roles, tenant=tenant),
                actor=cli.actor_in(tenant),
                now=now,
                name=given.name,
                email=given.email,
                is_staff=given.staff,
            )
            sentences, link = link_lines(person, now=now)
            self.tell(given, sentences, person_values(person, now=now) | {"Link": link})

    @cli.subcommand(
        cli.argument("email", metavar="EMAIL"),
        cli.ROLES,
        cli.argument(
            "--username",
            default="",
            metavar="USERNAME",
            help="their own, if it is not EMAIL",
        ),
        cli.argument("--name", default="", metavar="NAME", help="the full name"),
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
        person = person_of(given)
        with all_or_nothing():
            actor, now = cli.actor_in(person.tenant), cli.now()
            renewed = renew_invitation(person, by_mail=given.by_mail, actor=actor, now=now)
            self._say_invited(renewed, given)

    @cli.subcommand(cli.USERNAME)
    def withdraw(self, given: Namespace) -> None:
        """Withdraw an invitation: remove a person who has not accepted it."""
        person = person_of(given)
        withdraw_invitation(person, actor=cli.actor_in(person.tenant), now=cli.now())
        self.tell(given, f"The invitation of {person.username} is withdrawn.")

    def _say_invited(self, person: Person, given: Namespace) -> None:
        values = person_values(person, now=cli.now())
        if given.by_mail:
            self.tell(given, f"The worker mails the invitation to {person.email}.", values)
            return
        link = invitation_link(person, now=cli.now())
        sentence = f"Invitation, valid for {INVITATION_DAYS} days and once:\n{link}"
        if settings.SIGN_ON_ONLY:
            sentence = f"They accept by single sign-on, for {INVITATION_DAYS} days:\n{link}"
        self.tell(given, sentence, values | {"Link": link})

"""The part of `manage.py people` that decides how people sign in."""

from argparse import Namespace

from clients_app.errors import NotFound
from clients_app.identity.factor_status import must_have_factor
from clients_app.identity.own_sessions import end_sessions, live_sessions
from clients_app.identity.second_factors import remove_factor
from clients_app.identity.sign_on.people import link_account, unlink_accounts
from clients_app.identity.sign_on.visit import provider_with
from clients_app.management import command_line as cli
from clients_app.management.named import person_of
from clients_app.management.output import all_or_nothing
from clients_app.management.person_lines import link_lines, person_values, session_values
from clients_app.management.secret_lines import minute
from clients_app.management.table import Table


class SignInCommands(cli.PortalCommand):
    """One-time links, second factors, sessions, and accounts of single sign-on."""

    @cli.subcommand(cli.USERNAME)
    def reset_link(self, given: Namespace) -> None:
        """Print a one-time link, valid for an hour, for a person who cannot sign in."""
        now = cli.now()
        with all_or_nothing():
            person = person_of(given, kind="active person")
            sentences, link = link_lines(person, now=now)
            self.tell(given, sentences, person_values(person, now=now) | {"Link": link})

    @cli.subcommand(cli.USERNAME)
    def reset_mfa(self, given: Namespace) -> None:
        """Remove the second factor of a person who lost it."""
        person, now = person_of(given), cli.now()
        sentences = f"{person.username} has no second factor."
        if remove_factor(person, actor=cli.actor_in(person.tenant), now=now):
            needs = must_have_factor(person)
            then = "set up another one" if needs else "sign in with the password alone"
            sentences = (
                f"The second factor of {person.username} is removed; they {then}.\n"
                "Make sure that it was this person who asked for it."
            )
        self.tell(given, sentences, person_values(person, now=now))

    @cli.subcommand(
        cli.USERNAME,
        cli.argument("subject", metavar="SUBJECT", help="the claim sub of their account there"),
        cli.argument(
            "--provider", default="1", metavar="NUMBER", help="its number: 2 for OIDC_2_ISSUER"
        ),
    )
    def link(self, given: Namespace) -> None:
        """Let a person, also of Staff, sign in with an account of single sign-on."""
        person, provider, now = person_of(given), provider_with(given.provider), cli.now()
        if provider is None:
            raise NotFound("There is no provider with the number %(id)s.", id=given.provider)
        link_account(person, provider, given.subject, actor=cli.actor_in(person.tenant), now=now)
        sentence = f"{person.username} can sign in with {provider.name} now."
        self.tell(given, sentence, person_values(person, now=now))

    @cli.subcommand(cli.USERNAME)
    def unlink(self, given: Namespace) -> None:
        """End the sessions of a person, and unlink their accounts of single sign-on."""
        person, now = person_of(given), cli.now()
        done = unlink_accounts(person, actor=cli.actor_in(person.tenant), now=now)
        state = "no longer has" if done else "has no"
        sentence = f"{person.username} {state} accounts of single sign-on."
        self.tell(given, sentence, person_values(person, now=now))

    @cli.subcommand(cli.USERNAME, dry_run=False)
    def sessions(self, given: Namespace) -> None:
        """Show where a person is signed in; times are in UTC."""
        found = live_sessions(person_of(given), now=cli.now())
        if given.json:
            self.tell(given, "", *(session_values(one) for one in found))
            return
        table = Table(
            self.stdout.write, session=22, last_active=16, began=16, address=15, browser=0
        )
        for one in found:
            table.row(one.id, minute(one.seen_at), minute(one.began_at), one.address, one.browser)

    @cli.subcommand(
        cli.USERNAME,
        cli.argument("--session", default="", metavar="ID", help="only this one, not all"),
    )
    def end_sessions(self, given: Namespace) -> None:
        """Sign a person out everywhere, or in one place; they can sign in again."""
        person, now = person_of(given), cli.now()
        actor = cli.actor_in(person.tenant)
        number = end_sessions(person, only=given.session, actor=actor, now=now)
        if given.session and not number:
            raise NotFound("%(name)s has no such session.", name=person.username)
        sentence = f"Sessions of {person.username} that ended: {number}."
        self.tell(given, sentence, person_values(person, now=now))

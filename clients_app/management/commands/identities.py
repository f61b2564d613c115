"""`manage.py identities`: lists, shows, adds, edits and removes them; tests tokens."""

from argparse import Namespace
from typing import Final

from clients_app.errors import PortalError
from clients_app.http.credential_json import near_miss_json, trial_json
from clients_app.management import command_line as cli
from clients_app.management.credential_lines import (
    identity_cells,
    identity_lines,
    identity_values,
    misfits,
    options_for,
    trial_lines,
)
from clients_app.management.credential_options import IDENTITY, drafted_identity
from clients_app.management.secret_lines import minute
from clients_app.management.secret_options import (
    ADDED,
    EDITED,
    edited_credential,
    in_words,
    secret_draft,
    text_in,
)
from clients_app.rules.federation.presets import grade_of
from clients_app.selectors.credentials.identities import (
    get_identity,
    listed_identities,
    trust_of_row,
)
from clients_app.selectors.credentials.near_misses import near_misses_of
from clients_app.services.credentials.identities import add_identity, edit_identity, remove_identity
from clients_app.services.credentials.trials import trials_of

IDENTITY_ID: Final = cli.argument("identity_id", type=int, metavar="IDENTITY_ID")


class Command(cli.PortalCommand):
    help = "Lists, shows, adds, edits and removes federated identities of a client; tests tokens."

    @cli.reading(cli.CLIENT, cli.TENANT)
    def list(self, given: Namespace) -> None:
        """List the federated identities of a client, also recently expired ones, newest first."""
        identities = listed_identities(cli.client_of(given), now=cli.now())
        columns = {"id": 6, "platform": 10, "grade": 9, "expires": 16, "last_used": 16}
        self.list_rows(given, identities, identity_values, identity_cells, **columns, subject=0)

    @cli.reading(cli.CLIENT, IDENTITY_ID, cli.TENANT)
    def show(self, given: Namespace) -> None:
        """Show the rules of a federated identity, and how much they let in."""
        identity = get_identity(cli.client_of(given), given.identity_id, now=cli.now())
        self.tell(given, identity_lines(identity), identity_values(identity))

    @cli.subcommand(
        cli.CLIENT,
        *IDENTITY,
        *ADDED,
    )
    def add(self, given: Namespace) -> None:
        """Let tokens of a platform prove a client: by the fields of its form, or by the rules."""
        client, now = cli.client_of(given), cli.now()
        draft = drafted_identity(given, secret_draft(given, client.tenant, now))
        added = add_identity(client, draft, actor=cli.actor_in(client.tenant), now=now)
        identity = get_identity(client, added.pk, now=now)
        said = (
            f"The federated identity {identity} is added with the id {identity.pk}. "
            f"Expires: {in_words(identity.expires_at)}."
        )
        grade = grade_of(trust_of_row(identity)).sentence
        self.tell(given, f"{said}\n{grade}", identity_values(identity))

    @cli.subcommand(
        cli.CLIENT,
        IDENTITY_ID,
        *IDENTITY,
        *EDITED,
    )
    def edit(self, given: Namespace) -> None:
        """Change the rules, the description or the end of a live federated identity."""
        client, now = cli.client_of(given), cli.now()
        was = get_identity(client, given.identity_id, now=now)
        common = edited_credential(given, was.description, was.expires_at)
        draft = drafted_identity(given, common, was)
        actor, version = cli.actor_in(client.tenant), was.version
        edit_identity(client, was.pk, draft, actor=actor, now=now, expected_version=version)
        identity = get_identity(client, was.pk, now=now)
        ends = in_words(identity.expires_at)
        said = f"The federated identity {identity} is changed. Expires: {ends}."
        grade = grade_of(trust_of_row(identity)).sentence
        self.tell(given, f"{said}\n{grade}", identity_values(identity))

    @cli.subcommand(cli.CLIENT, IDENTITY_ID, cli.TENANT)
    def remove(self, given: Namespace) -> None:
        """Remove a federated identity and its tokens: none can be requested by it any more."""
        client, now = cli.client_of(given), cli.now()
        actor = cli.actor_in(client.tenant)
        identity = remove_identity(client, given.identity_id, actor=actor, now=now)
        self.tell(given, f"The federated identity {identity} is removed.")

    @cli.reading(
        cli.CLIENT,
        cli.argument(
            "--token", default="-", metavar="FILE", help="default: -, which is standard input"
        ),
        cli.TENANT,
    )
    def test(self, given: Namespace) -> None:
        """Say for each live key and identity what is right and wrong with a token; keep nothing."""
        client = cli.client_of(given)
        trials = trials_of(client, text_in(given.token).strip(), now=cli.now())
        if trials is None:
            raise PortalError("This is not a JSON Web Token. Enter all of it.")
        for trial in trials:
            self.tell(given, trial_lines(trial), trial_json(trial))
        if not any(trial.is_accepted for trial in trials):
            raise PortalError("No key or identity of this client accepts the token.")

    @cli.reading(cli.CLIENT, cli.TENANT)
    def near_misses(self, given: Namespace) -> None:
        """List the refused tokens of the last 24 hours that came close, with what did not fit."""
        for one in near_misses_of(cli.client_of(given), now=cli.now()):
            lines = [f"{minute(one.at)} {one.address or ''}".rstrip(), *misfits(one.checks)]
            if one.is_mended:
                lines.append("  The rules accept such a token now.")
            if one.fit is not None:
                lines.append(f"  To make the rules fit: {options_for(one.fit)}")
            self.tell(given, "\n".join(lines), near_miss_json(one))

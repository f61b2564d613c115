"""`manage.py secrets`: lists, shows, adds, edits and removes the secrets of a client."""

from argparse import Namespace
from typing import Any, Final

from clients_app.errors import PortalError
from clients_app.management import command_line as cli
from clients_app.management.credential_lines import named, times
from clients_app.management.output import all_or_nothing
from clients_app.management.secret_lines import created_lines, minute, secret_values
from clients_app.management.secret_options import (
    ADDED,
    EDITED,
    edited_credential,
    in_words,
    secret_draft,
)
from clients_app.management.table import fact_lines
from clients_app.models import Client
from clients_app.selectors.secrets.lookup import get_secret, listed_secrets
from clients_app.services.secrets.adding import add_secret
from clients_app.services.secrets.changes import edit_secret, remove_secret
from clients_app.services.secrets.digests import hashed_secret

SECRET_ID: Final = cli.argument("secret_id", type=int, metavar="SECRET_ID")


class Command(cli.PortalCommand):
    help = "Lists, shows, adds, edits and removes the secrets of a client."

    @cli.reading(cli.CLIENT, cli.TENANT)
    def list(self, given: Namespace) -> None:
        """List the secrets of a client, also those that expired recently, the newest first."""
        secrets = listed_secrets(cli.client_of(given), now=cli.now())
        columns = {"id": 6, "ends_in": 7, "expires": 16, "last_used": 16, "description": 0}
        self.list_rows(given, secrets, secret_values, _cells, **columns)

    @cli.reading(cli.CLIENT, SECRET_ID, cli.TENANT)
    def show(self, given: Namespace) -> None:
        """Show a secret, without its text."""
        secret = get_secret(cli.client_of(given), given.secret_id, now=cli.now())
        self.tell(given, _lines(secret), secret_values(secret))

    @cli.subcommand(
        cli.CLIENT,
        *ADDED,
    )
    def add(self, given: Namespace) -> None:
        """Give a client one more secret, printed once."""
        client, moment, hashed = cli.client_of(given), cli.now(), hashed_secret()
        with all_or_nothing():
            new = add_secret(
                client,
                secret_draft(given, client.tenant, moment),
                actor=cli.actor_in(client.tenant),
                now=moment,
                hashed=hashed,
            )
            self.stdout.write(created_lines(client, new.secret, new.plain, as_json=given.json))

    @cli.subcommand(
        cli.CLIENT,
        SECRET_ID,
        *EDITED,
    )
    def edit(self, given: Namespace) -> None:
        """Change the description or the end of a live secret; its text stays."""
        client, moment = cli.client_of(given), cli.now()
        was = get_secret(client, given.secret_id, now=moment)
        draft = edited_credential(given, was.description, was.expires_at)
        actor, version = cli.actor_in(client.tenant), was.version
        secret = edit_secret(
            client, was.pk, draft, actor=actor, now=moment, expected_version=version
        )
        values = secret_values(get_secret(client, secret.pk, now=moment))
        ends = in_words(secret.expires_at)
        self.tell(given, f"The secret {secret} is changed. Expires: {ends}.", values)

    @cli.subcommand(
        cli.CLIENT,
        SECRET_ID,
        cli.flag("--confirm-last", "required for the last live one"),
        cli.TENANT,
    )
    def remove(self, given: Namespace) -> None:
        """Remove a secret: no token can be requested with it any more."""
        client, moment = cli.client_of(given), cli.now()
        if not given.confirm_last and _live_ids(client, moment) == [given.secret_id]:
            raise PortalError(
                "This is the last live secret of %(name)s, which could request no tokens without "
                "it. Add another one first, or add --confirm-last.",
                name=client.name,
            )
        actor = cli.actor_in(client.tenant)
        secret = remove_secret(client, given.secret_id, actor=actor, now=moment)
        self.tell(given, f"The secret {secret} is removed.")


def _live_ids(client: Client, moment: Any) -> Any:
    return [*client.secrets.live(moment).values_list("pk", flat=True)]


def _cells(secret: Any) -> tuple[object, ...]:
    end, used = minute(secret.expires_at), minute(secret.last_used_at)
    return secret.pk, f"…{secret.last_four}", end, used, secret.description


def _lines(secret: Any) -> str:
    return fact_lines([*named(secret), ("Ends in", secret.last_four), *times(secret)])

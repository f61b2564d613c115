"""`manage.py clients`: lists and shows clients, adds and changes them, rotates their secrets."""

from argparse import ArgumentParser, Namespace
from typing import Final
from uuid import UUID

from clients_app.errors import PortalError
from clients_app.management import command_line as cli
from clients_app.management.application_options import APPLICATION, application_values
from clients_app.management.client_lines import (
    client_json,
    client_line,
    client_lines,
    created_lines,
)
from clients_app.management.output import all_or_nothing
from clients_app.management.secret_options import in_words, old_end, only_secret, secret_draft
from clients_app.models import Client
from clients_app.rules.client_fields import LINES
from clients_app.rules.client_ids import parse_client_id
from clients_app.rules.lifetimes import parse_token_lifetime
from clients_app.rules.rotation import OldEnds
from clients_app.selectors.clients.lists import FOUND_BY, clients_of
from clients_app.selectors.clients.lookup import get_client
from clients_app.selectors.clients.shows import Show
from clients_app.selectors.secrets.lookup import listed_secrets
from clients_app.services.clients.drafts import ClientDraft
from clients_app.services.clients.edits import set_enabled
from clients_app.services.clients.registration import register_client
from clients_app.services.clients.removal import remove_client
from clients_app.services.secrets.digests import hashed_secret
from clients_app.services.secrets.rotation import rotate_secret
from clients_app.services.tokens.revocation import end_tokens


def _expiry(parser: ArgumentParser) -> None:
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--expires",
        metavar="DATE",
        help="'YYYY-MM-DD hh:mm' in TIME_ZONE, or YYYY-MM-DD for the end of that day; "
        "default: in one year",
    )
    group.add_argument("--never-expires", action="store_true")


CLIENT_ID: Final = cli.argument("client_id", metavar="CLIENT_ID")
JSON: Final = cli.argument("--json", action="store_true", help="print one JSON object")
NEW_SECRET: Final = (_expiry, JSON, cli.TENANT)


class Command(cli.PortalCommand):
    help = "Lists or shows clients; adds, disables or removes a client; rotates its secret."

    @cli.subcommand(
        cli.argument(
            "--show",
            choices=[show.value for show in Show if show],
            default=Show.ALL.value,
            help="only the clients that Show in the portal would list",
        ),
        cli.argument("--filter", default="", metavar="TEXT", dest="q", help=str(FOUND_BY)),
        cli.argument("--json", action="store_true", help="print one JSON object for each client"),
        cli.TENANT,
        needs_key=False,
    )
    def list(self, given: Namespace) -> None:
        """List the clients with their state, by name."""
        tenant, moment = cli.tenant_of(given.tenant), cli.now()
        clients = clients_of(tenant.pk, show=Show(given.show), q=given.q, now=moment)
        for client in clients.order_by("name_key", "pk").iterator():
            self.stdout.write(client_line(client, now=moment, as_json=given.json))

    @cli.subcommand(CLIENT_ID, JSON, cli.TENANT, needs_key=False)
    def show(self, given: Namespace) -> None:
        """Show a client: its state, its roles and its secrets, without their texts."""
        client, moment = _client(given), cli.now()
        secrets = listed_secrets(client, now=moment)
        lines = (
            client_json(client, secrets, now=moment)
            if given.json
            else client_lines(client, secrets, now=moment)
        )
        self.stdout.write(lines)

    @cli.subcommand(CLIENT_ID, cli.TENANT)
    def disable(self, given: Namespace) -> None:
        """Disable a client: it can request no tokens until it is enabled again."""
        name = _set_enabled(given, enabled=False).name
        self.stdout.write(f"{name} is disabled. It can request no tokens.")

    @cli.subcommand(CLIENT_ID, cli.TENANT)
    def enable(self, given: Namespace) -> None:
        """Enable a client that was disabled."""
        self.stdout.write(f"{_set_enabled(given, enabled=True).name} is enabled.")

    @cli.subcommand(
        CLIENT_ID,
        cli.argument(
            "--confirm",
            required=True,
            metavar="NAME",
            help="the client's name: its secrets are lost",
        ),
        cli.TENANT,
    )
    def remove(self, given: Namespace) -> None:
        """Remove a client and its secrets. It can be restored for 30 days, without its secrets."""
        client = _client(given)
        if given.confirm != client.name:
            raise PortalError("Enter the client's name with --confirm: %(name)s.", name=client.name)
        actor = cli.actor_in(client.tenant)
        remove_client(client, typed_name=given.confirm, actor=actor, now=cli.now())
        self.stdout.write(
            f"{client.name} is removed. It can be restored for 30 days, without its secrets."
        )

    @cli.subcommand(
        cli.NAME,
        cli.ROLES,
        cli.argument(
            "--confirm-administrator",
            metavar="NAME",
            help="the client's name again; required with --role 'Tenant Administrator'",
        ),
        cli.argument(
            "--may-introspect",
            action="store_true",
            help="allow it to introspect tokens of other clients, as an API does",
        ),
        cli.argument(
            "--owner",
            action="append",
            default=[],
            metavar="USERNAME",
            dest="owners",
            help="a person who may edit it and manage its secrets; may be repeated",
        ),
        cli.argument("--token-lifetime", default="", metavar="SECONDS", help="60 to 3600"),
        *(
            cli.argument(cli.option_of(line.name), default="", metavar="TEXT", help=line.help)
            for line in LINES
        ),
        *APPLICATION,
        cli.argument("--secret-description", default="", metavar="TEXT"),
        *NEW_SECRET,
    )
    def add(self, given: Namespace) -> None:
        """Add a client; print its id and, if its type has secrets, its secret, once."""
        tenant, moment = cli.tenant_of(given.tenant), cli.now()
        draft = ClientDraft(
            name=given.name,
            role_ids=cli.roles_named(given.roles, tenant=tenant),
            confirms_administrator=given.confirm_administrator == given.name,
            token_lifetime_s=parse_token_lifetime(given.token_lifetime),
            may_introspect=given.may_introspect,
            **{line.name: getattr(given, line.name) for line in LINES},
            **application_values(given),
        )
        has_secrets = draft.type.has_secrets
        hashed = hashed_secret() if has_secrets else None  # others wait for what is within
        with all_or_nothing():
            created = register_client(
                draft,
                secret_draft(given, tenant, moment) if has_secrets else None,
                actor=cli.actor_in(tenant),
                now=moment,
                owner_ids=cli.people_named(given.owners, tenant=tenant),
                hashed=hashed,
            )
            self.stdout.write(
                created_lines(created.client, created.secret, created.plain, as_json=given.json)
            )

    @cli.subcommand(
        CLIENT_ID,
        cli.argument(
            "--secret",
            type=int,
            metavar="ID",
            help="the secret to replace (the cred claim of its tokens); required if it has several",
        ),
        cli.argument(
            "--old-ends",
            default=OldEnds.IN_24_HOURS.value,
            metavar="WHEN",
            help="now, 1h, 24h (default), 7d, or a date as for --expires",
        ),
        cli.argument("--remove", type=int, metavar="ID", help="the secret to remove if it has ten"),
        cli.argument("--secret-description", "--description", default="", metavar="TEXT"),
        *NEW_SECRET,
    )
    def rotate(self, given: Namespace) -> None:
        """Give a client a new secret, printed once; the old one ends after a while."""
        client, moment, hashed = _client(given), cli.now(), hashed_secret()
        with all_or_nothing():
            rotated = rotate_secret(
                client,
                given.secret or only_secret(client, moment),
                secret_draft(given, client.tenant, moment),
                old_ends_at=old_end(given.old_ends, moment),
                remove_id=given.remove,
                actor=cli.actor_in(client.tenant),
                now=moment,
                hashed=hashed,
            )
            self.stdout.write(
                created_lines(client, rotated.secret, rotated.plain, as_json=given.json)
            )
            if not given.json:
                ends = in_words(rotated.old.expires_at)
                self.stdout.write(f"The old secret {rotated.old} ends at {ends}.")

    @cli.subcommand(CLIENT_ID, cli.TENANT)
    def end_tokens(self, given: Namespace) -> None:
        """End all tokens that a client holds."""
        client = _client(given)
        end_tokens(client, actor=cli.actor_in(client.tenant), now=cli.now())
        self.stdout.write(
            f"All tokens of {client.name} are revoked for APIs that introspect them.\n"
            "APIs that only check the signature accept them for up to an hour."
        )


def _client(given: Namespace) -> Client:
    client_id = parse_client_id(given.client_id) or UUID(int=0)  # which no client has
    return get_client(cli.tenant_of(given.tenant).pk, client_id)


def _set_enabled(given: Namespace, *, enabled: bool) -> Client:
    client = _client(given)
    return set_enabled(client, enabled=enabled, actor=cli.actor_in(client.tenant), now=cli.now())

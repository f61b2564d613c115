"""`manage.py clients`: lists clients, adds one, rotates its secret, ends its tokens."""

import json
from argparse import ArgumentParser, Namespace
from datetime import datetime
from typing import Final
from uuid import UUID

from clients_app import conf
from clients_app.errors import NotFound, PortalError
from clients_app.management import command_line as cli
from clients_app.management.client_lines import client_line, in_json
from clients_app.management.output import all_or_nothing
from clients_app.models import Client, ClientSecret, Tenant
from clients_app.rules.client_fields import LINES
from clients_app.rules.client_ids import parse_client_id
from clients_app.rules.expiry import parse_expiration
from clients_app.rules.lifetimes import parse_token_lifetime
from clients_app.rules.rotation import PERIODS, OldEnds, parse_old_end
from clients_app.rules.tenant_policy import default_end
from clients_app.selectors.clients.lists import FOUND_BY, clients_of
from clients_app.selectors.clients.lookup import get_client
from clients_app.selectors.clients.shows import Show
from clients_app.selectors.tenants.policies import tenant_policy
from clients_app.services.clients.drafts import ClientDraft
from clients_app.services.clients.registration import register_client
from clients_app.services.secrets.changes import SecretDraft
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
NEW_SECRET: Final = (
    _expiry,
    cli.argument("--json", action="store_true", help="print one JSON object"),
    cli.TENANT,
)


class Command(cli.PortalCommand):
    help = "Lists clients; adds a client, rotates its secret, or ends its tokens."

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
        cli.argument("--secret-description", default="", metavar="TEXT"),
        *NEW_SECRET,
    )
    def add(self, given: Namespace) -> None:
        """Add a Client-Credentials client; print its id and its secret, once."""
        tenant, moment = cli.tenant_of(given.tenant), cli.now()
        draft = ClientDraft(
            name=given.name,
            role_ids=cli.roles_named(given.roles, tenant=tenant),
            confirms_administrator=given.confirm_administrator == given.name,
            token_lifetime_s=parse_token_lifetime(given.token_lifetime),
            may_introspect=given.may_introspect,
            **{line.name: getattr(given, line.name) for line in LINES},
        )
        hashed = hashed_secret()  # other writers wait for what is within
        with all_or_nothing():
            created = register_client(
                draft,
                _secret_draft(given, tenant, moment),
                actor=cli.actor_in(tenant),
                now=moment,
                owner_ids=cli.people_named(given.owners, tenant=tenant),
                hashed=hashed,
            )
            self._print(created.client, created.secret, created.plain, as_json=given.json)

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
                given.secret or _only_secret(client, moment),
                _secret_draft(given, client.tenant, moment),
                old_ends_at=_old_end(given.old_ends, moment),
                remove_id=given.remove,
                actor=cli.actor_in(client.tenant),
                now=moment,
                hashed=hashed,
            )
            self._print(client, rotated.secret, rotated.plain, as_json=given.json)
            if not given.json:
                ends = _in_words(rotated.old.expires_at)
                self.stdout.write(f"The old secret {rotated.old} ends at {ends}.")

    @cli.subcommand(CLIENT_ID, cli.TENANT)
    def end_tokens(self, given: Namespace) -> None:
        """End all tokens that a client holds."""
        client = _client(given)
        end_tokens(client, actor=cli.actor_in(client.tenant), now=cli.now())
        self.stdout.write(
            f"All tokens of {client.name} have ended for APIs that introspect them.\n"
            "APIs that only check the signature accept them for up to an hour."
        )

    def _print(
        self, client: Client, secret: ClientSecret | None, plain: str, *, as_json: bool
    ) -> None:
        endpoint = f"{conf.issuer()}/connect/token"
        expires_at = secret.expires_at if secret else None
        if as_json:
            values = {
                "client_id": str(client.pk),
                "client_secret": plain,
                "token_endpoint": endpoint,
                "expires_at": in_json(expires_at),
            }
            self.stdout.write(json.dumps(values))
            return
        self.stdout.write(
            f"Client Id:      {client.pk}\n"
            f"Client Secret:  {plain}\n"
            f"Expires:        {_in_words(expires_at)}\n"
            f"Token endpoint: {endpoint}\n"
            "Save the Client Secret now: it cannot be shown again."
        )


def _client(given: Namespace) -> Client:
    client_id = parse_client_id(given.client_id) or UUID(int=0)  # which no client has
    return get_client(cli.tenant_of(given.tenant).pk, client_id)


def _secret_draft(given: Namespace, tenant: Tenant, moment: datetime) -> SecretDraft:
    zone = conf.installation_zone()
    if given.never_expires:
        expires_at = None
    elif given.expires is None:
        expires_at = default_end(tenant_policy(tenant.pk), now=moment, zone=zone)
    else:
        expires_at = parse_expiration(given.expires, zone)
    return SecretDraft(description=given.secret_description, expires_at=expires_at)


def _old_end(text: str, moment: datetime) -> datetime:
    choice, date = (text, "") if text in PERIODS else (OldEnds.ON_A_DATE, text)
    return parse_old_end(choice, date, zone=conf.installation_zone(), now=moment)


def _in_words(moment: datetime | None) -> str:
    """Return a moment in the installation's zone, as ``--expires`` is read, to the second."""
    if moment is None:
        return "never"
    zone = conf.installation_zone()
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S} {zone}"


def _only_secret(client: Client, moment: datetime) -> int:
    """Return the id of the client's only live secret.

    Errors: PortalError that lists them where there are several; NotFound where there is none.
    """
    live = list(client.secrets.live(moment))
    if not live:
        raise NotFound("This client has no live secret to replace.")
    if len(live) > 1:
        choices = "; ".join(f"--secret {secret.pk} for {secret}" for secret in live)
        raise PortalError("Choose the secret to replace: %(choices)s.", choices=choices)
    return live[0].pk

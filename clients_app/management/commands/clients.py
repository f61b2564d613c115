"""`manage.py clients`: adds a client, gives one a new secret, ends the tokens of one."""

import json
from argparse import ArgumentParser
from datetime import datetime
from typing import Any, Final

from clients_app import conf
from clients_app.errors import NotFound, PortalError, RuleBroken
from clients_app.management.command_line import (
    PortalCommand,
    actor_in,
    add_tenant_option,
    now,
    option_of,
    people_named,
    roles_named,
    tenant_of,
)
from clients_app.models import Client, Tenant
from clients_app.rules.client_fields import LINES
from clients_app.rules.client_ids import parse_client_id
from clients_app.rules.expiry import parse_expiration
from clients_app.rules.lifetimes import parse_token_lifetime
from clients_app.rules.rotation import PERIODS, OldEnds, parse_old_end
from clients_app.rules.tenant_policy import TenantPolicy, default_end
from clients_app.selectors.clients.lookup import get_client
from clients_app.selectors.tenants.policies import tenant_policy
from clients_app.services.clients.drafts import ClientDraft
from clients_app.services.clients.registration import register_client
from clients_app.services.secrets.changes import SecretDraft
from clients_app.services.secrets.rotation import rotate_secret
from clients_app.services.tokens.revocation import end_tokens

_ADD: Final = "Adds a Client-Credentials client; prints its id and its secret, once."
_ROTATE: Final = "Gives a client a new secret, printed once, and its old one an end."
_END: Final = "Ends all tokens that a client holds."


class Command(PortalCommand):
    help = "Adds a client, rotates its secret, or ends its tokens."

    def add_arguments(self, parser: ArgumentParser) -> None:
        words = self.words(parser)
        add = words.add_parser("add", help=_ADD, allow_abbrev=False)
        add.add_argument("name", metavar="NAME")
        add.add_argument("--role", action="append", default=[], metavar="NAME", dest="roles")
        add.add_argument(
            "--confirm-administrator",
            default="",
            metavar="NAME",
            help="the client's name again; needed with --role 'Tenant Administrator'",
        )
        add.add_argument(
            "--may-introspect",
            action="store_true",
            help="let it ask about tokens of other clients, as an API does",
        )
        add.add_argument(
            "--owner",
            action="append",
            default=[],
            metavar="USERNAME",
            dest="owners",
            help="a person who may edit it and manage its secrets",
        )
        add.add_argument("--token-lifetime", default="", metavar="SECONDS", help="60 to 3600")
        for line in LINES:
            add.add_argument(option_of(line.name), default="", metavar="TEXT", help=line.help)
        add.add_argument("--secret-description", default="", metavar="TEXT")
        _add_secret_options(add)
        rotate = words.add_parser("rotate", help=_ROTATE)
        rotate.add_argument("client_id", metavar="CLIENT_ID")
        rotate.add_argument(
            "--secret",
            type=int,
            metavar="ID",
            help="id of the secret to replace, which tokens carry as cred; needed with several",
        )
        rotate.add_argument(
            "--old-ends",
            default=OldEnds.IN_24_HOURS.value,
            metavar="WHEN",
            help="now, 1h, 24h (default), 7d, or a date as for --expires",
        )
        rotate.add_argument(
            "--remove", type=int, metavar="ID", help="the secret to remove where there are ten"
        )
        rotate.add_argument("--secret-description", "--description", default="", metavar="TEXT")
        _add_secret_options(rotate)
        end = words.add_parser("end-tokens", help=_END)
        end.add_argument("client_id", metavar="CLIENT_ID")
        add_tenant_option(end)

    def add(self, *, name: str, json: bool, **options: Any) -> None:
        """Register the client and print what a machine needs to ask for tokens."""
        tenant, moment = tenant_of(options["tenant"]), now()
        draft = ClientDraft(
            name=name,
            role_ids=roles_named(options["roles"], tenant=tenant),
            confirms_administrator=options["confirm_administrator"] == name,
            token_lifetime_s=parse_token_lifetime(options["token_lifetime"]),
            may_introspect=options["may_introspect"],
            **{line.name: options[line.name] for line in LINES},
        )
        policy = tenant_policy(tenant.pk)
        secret = SecretDraft(
            description=options["secret_description"],
            expires_at=_expiration(moment, policy, **options),
        )
        owners = people_named(options["owners"], tenant=tenant)
        try:
            created = register_client(
                draft, secret, actor=actor_in(tenant), now=moment, owner_ids=owners
            )
        except RuleBroken as error:
            if error.field != "confirms_administrator":
                raise
            raise RuleBroken(
                "Say --confirm-administrator NAME, with the client's name again, "
                "to make it a Tenant Administrator."
            ) from error
        self._print(created.client, created.plain, as_json=json)

    def rotate(self, *, client_id: str, json: bool, **options: Any) -> None:
        """Add the successor of a secret and print it; the old one ends as said."""
        tenant, moment = tenant_of(options["tenant"]), now()
        client = _client_in(tenant, client_id)
        policy = tenant_policy(tenant.pk)
        rotated = rotate_secret(
            client,
            options["secret"] or _only_secret(client, moment),
            SecretDraft(
                description=options["secret_description"],
                expires_at=_expiration(moment, policy, **options),
            ),
            old_ends_at=_old_end(options["old_ends"], moment),
            remove_id=options["remove"],
            actor=actor_in(tenant),
            now=moment,
        )
        self._print(client, rotated.plain, as_json=json)
        if not json:
            ends = rotated.old.expires_at
            self.stdout.write(f"The old secret {rotated.old} ends at {ends:%Y-%m-%d %H:%M:%S} UTC.")

    def end_tokens(self, *, client_id: str, tenant: str | None, **_: Any) -> None:
        """Let no token that the client was issued until now count any longer."""
        within = tenant_of(tenant)
        client = _client_in(within, client_id)
        end_tokens(client, actor=actor_in(within), now=now())
        self.stdout.write(f"All tokens of {client.name} have ended for APIs that ask the portal.")
        self.stdout.write("APIs that only check the signature accept them for an hour at most.")

    def _print(self, client: Client, plain: str, *, as_json: bool) -> None:
        values = {
            "client_id": str(client.pk),
            "client_secret": plain,
            "token_endpoint": f"{conf.issuer()}/connect/token",
        }
        if as_json:
            self.stdout.write(json.dumps(values))
            return
        labels = ("Client Id", "Client Secret", "Token endpoint")
        for label, value in zip(labels, values.values(), strict=True):
            self.stdout.write(f"{label + ':':<16}{value}")
        self.stdout.write("Keep the Client Secret now: it cannot be shown again.")


def _client_in(tenant: Tenant, client_id: str) -> Client:
    """Return the client of the tenant with this id.

    Errors: NotFound.
    """
    guid = parse_client_id(client_id)
    if guid is None:
        raise NotFound("There is no such client.")
    return get_client(tenant.pk, guid)


def _add_secret_options(parser: ArgumentParser) -> None:
    expiry = parser.add_mutually_exclusive_group()
    expiry.add_argument(
        "--expires",
        metavar="DATE",
        help="YYYY-MM-DD, or 'YYYY-MM-DD hh:mm', in the zone of TIME_ZONE; default: in a year",
    )
    expiry.add_argument("--never-expires", action="store_true")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    add_tenant_option(parser)


def _expiration(
    moment: datetime, policy: TenantPolicy, *, expires: str | None, never_expires: bool, **_: Any
) -> datetime | None:
    if never_expires:
        return None
    zone = conf.installation_zone()
    if expires is None:
        return default_end(policy, now=moment, zone=zone)
    return parse_expiration(_with_time(expires), zone)


def _old_end(text: str, moment: datetime) -> datetime:
    choice, date = (text, "") if text in PERIODS else (OldEnds.ON_A_DATE, _with_time(text))
    return parse_old_end(choice, date, zone=conf.installation_zone(), now=moment)


def _with_time(text: str) -> str:
    return text if ":" in text else f"{text} 00:00"


def _only_secret(client: Client, moment: datetime) -> int:
    """Return the id of the client's only live secret.

    Errors: PortalError that lists them where there are several; NotFound where there is none.
    """
    live = list(client.secrets.live(moment))
    if not live:
        raise NotFound("This client has no live secret to replace.")
    if len(live) > 1:
        named = "; ".join(f"--secret {secret.pk} for {secret}" for secret in live)
        raise PortalError("Say which secret to replace: %(named)s.", named=named)
    return live[0].pk

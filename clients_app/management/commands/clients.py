"""`manage.py clients add`: a client with its first secret from the command line."""

import json
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from clients_app import conf
from clients_app.errors import RuleBroken
from clients_app.management.command_line import (
    PortalCommand,
    actor_in,
    add_tenant_option,
    now,
    roles_named,
    tenant_of,
)
from clients_app.rules.expiry import default_expiration, parse_expiration
from clients_app.rules.lifetimes import parse_token_lifetime
from clients_app.services.client_drafts import ClientDraft
from clients_app.services.client_secrets import SecretDraft
from clients_app.services.clients import register_client


class Command(PortalCommand):
    help = "Adds a Client-Credentials client; prints its id and its secret, once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = self.words(parser).add_parser("add", help=self.help)
        add.add_argument("name", metavar="NAME")
        add.add_argument("--role", action="append", default=[], metavar="NAME", dest="roles")
        add.add_argument(
            "--confirm-administrator",
            default="",
            metavar="NAME",
            help="the client's name again; needed with --role 'Tenant Administrator'",
        )
        add.add_argument("--token-lifetime", default="", metavar="SECONDS", help="60 to 3600")
        expiry = add.add_mutually_exclusive_group()
        expiry.add_argument(
            "--expires",
            metavar="DATE",
            help="YYYY-MM-DD, or 'YYYY-MM-DD hh:mm', in the zone of TIME_ZONE; default: in a year",
        )
        expiry.add_argument("--never-expires", action="store_true")
        add.add_argument("--json", action="store_true", help="print one JSON object")
        add_tenant_option(add)

    def add(self, *, name: str, json: bool, **options: Any) -> None:
        """Register the client and print what a machine needs to ask for tokens."""
        tenant, moment = tenant_of(options["tenant"]), now()
        draft = ClientDraft(
            name=name,
            role_ids=roles_named(options["roles"], tenant=tenant),
            confirms_administrator=options["confirm_administrator"] == name,
            token_lifetime_s=parse_token_lifetime(options["token_lifetime"]),
        )
        secret = SecretDraft(expires_at=_expiration(moment, **options))
        try:
            created = register_client(draft, secret, actor=actor_in(tenant), now=moment)
        except RuleBroken as error:
            if error.field != "confirm_admin":
                raise
            raise RuleBroken(
                "Say --confirm-administrator NAME, with the client's name again, "
                "to make it a Tenant Administrator."
            ) from error
        self._print(
            {
                "client_id": str(created.client.pk),
                "client_secret": created.plain,
                "token_endpoint": f"{conf.issuer()}/connect/token",
            },
            as_json=json,
        )

    def _print(self, values: dict[str, str], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(values))
            return
        labels = ("Client Id", "Client Secret", "Token endpoint")
        for label, value in zip(labels, values.values(), strict=True):
            self.stdout.write(f"{label + ':':<16}{value}")
        self.stdout.write("Keep the Client Secret now: it cannot be shown again.")


def _expiration(
    moment: datetime, *, expires: str | None, never_expires: bool, **_: Any
) -> datetime | None:
    if never_expires:
        return None
    zone = conf.installation_zone()
    if expires is None:
        return default_expiration(moment, zone)
    return parse_expiration(expires if ":" in expires else f"{expires} 00:00", zone)

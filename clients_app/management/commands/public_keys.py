"""`manage.py public_keys`: lists, shows, adds, edits and removes the public keys of a client."""

from argparse import Namespace
from dataclasses import asdict
from typing import Any, Final

from django.db import transaction

from clients_app.errors import PortalError
from clients_app.http.json_models import moment as as_json
from clients_app.management import command_line as cli
from clients_app.management.secret_lines import minute
from clients_app.management.secret_options import (
    edited_expiry,
    expiry,
    in_words,
    secret_draft,
    text_in,
)
from clients_app.management.table import Table
from clients_app.selectors.credentials.keys import get_key, listed_keys
from clients_app.services.credentials.assertion_rules import AssertionRules, set_assertion_rules
from clients_app.services.credentials.changes import CredentialDraft
from clients_app.services.credentials.keys import KeyDraft, add_keys, edit_key, remove_key

KEY_ID: Final = cli.argument("key_id", type=int, metavar="KEY_ID")


class Command(cli.PortalCommand):
    help = "Lists, shows, adds, edits and removes the public keys of a client."

    @cli.reading(cli.CLIENT, cli.JSON, cli.TENANT)
    def list(self, given: Namespace) -> None:
        """List the public keys of a client, also those that expired recently, the newest first."""
        keys = listed_keys(cli.client_of(given), now=cli.now())
        if given.json:
            for key in keys:
                self.print_json(_values(key))
            return
        table = Table(self.stdout.write, id=6, key=13, expires=16, last_used=16, description=0)
        for one in keys:
            end, used = minute(one.expires_at), minute(one.last_used_at)
            table.row(one.pk, _kind(one), end, used, one.description)

    @cli.reading(cli.CLIENT, KEY_ID, cli.JSON, cli.TENANT)
    def show(self, given: Namespace) -> None:
        """Show a public key, or where its keys are published."""
        key = get_key(cli.client_of(given), given.key_id, now=cli.now())
        self.tell(given, _lines(key), _values(key))

    @cli.subcommand(
        cli.CLIENT,
        cli.argument(
            "--key",
            metavar="FILE",
            help="a JWK, a JWKS, a public key or a certificate in PEM; - for standard input",
        ),
        cli.argument("--jwks-url", default="", metavar="URL", help="where the client's keys are"),
        cli.argument("--description", default="", metavar="TEXT", dest="secret_description"),
        expiry,
        cli.JSON,
        cli.TENANT,
    )
    def add(self, given: Namespace) -> None:
        """Give a client a public key; the private key stays where it is."""
        client, now = cli.client_of(given), cli.now()
        if given.key is None and not given.jwks_url:
            raise PortalError("Name a file with --key, or an address with --jwks-url.")
        common = secret_draft(given, client.tenant, now)
        draft = KeyDraft(
            pasted=text_in(given.key) if given.key else "",
            jwks_url=given.jwks_url,
            description=common.description,
            expires_at=common.expires_at,
        )
        with transaction.atomic():
            added = add_keys(client, draft, actor=cli.actor_in(client.tenant), now=now)
        for one in added:
            key = get_key(client, one.pk, now=now)
            end = in_words(key.expires_at)
            said = f"The public key {key} is added with the id {key.pk}. Expires: {end}."
            self.tell(given, said, _values(key))

    @cli.subcommand(
        cli.CLIENT,
        KEY_ID,
        cli.argument("--description", metavar="TEXT"),
        expiry,
        cli.JSON,
        cli.TENANT,
    )
    def edit(self, given: Namespace) -> None:
        """Change the description or the end of a live public key; the key itself stays."""
        client, now = cli.client_of(given), cli.now()
        was = get_key(client, given.key_id, now=now)
        draft = CredentialDraft(
            description=was.description if given.description is None else given.description,
            expires_at=edited_expiry(given, was.expires_at),
        )
        actor, version = cli.actor_in(client.tenant), was.version
        key = edit_key(client, was.pk, draft, actor=actor, now=now, expected_version=version)
        said = f"The public key {key} ends at {in_words(key.expires_at)}."
        self.tell(given, said, _values(get_key(client, key.pk, now=now)))

    @cli.subcommand(
        cli.CLIENT,
        cli.switch("--demand-type", default=None, help="only accept typ client-authentication+jwt"),
        cli.switch("--accept-token-endpoint", default=None, help="also as audience"),
        cli.JSON,
        cli.TENANT,
    )
    def rules(self, given: Namespace) -> None:
        """Set which assertions of a client are accepted; what you do not name stays."""
        client, now = cli.client_of(given), cli.now()
        named = {
            "demands_assertion_type": given.demand_type,
            "accepts_token_endpoint_audience": given.accept_token_endpoint,
        }
        rules = AssertionRules(
            **{name: getattr(client, name) if to is None else to for name, to in named.items()}
        )
        actor, version = cli.actor_in(client.tenant), client.version
        set_assertion_rules(client, rules, expected_version=version, actor=actor, now=now)
        types = "" if rules.demands_assertion_type else ", JWT or none"
        also = " or the token endpoint" if rules.accepts_token_endpoint_audience else ""
        said = f"typ: client-authentication+jwt{types}\naud: the issuer{also}"
        self.tell(given, said, asdict(rules))

    @cli.subcommand(cli.CLIENT, KEY_ID, cli.JSON, cli.TENANT)
    def remove(self, given: Namespace) -> None:
        """Remove a public key and its tokens: no token can be requested with it any more."""
        client, now = cli.client_of(given), cli.now()
        key = remove_key(client, given.key_id, actor=cli.actor_in(client.tenant), now=now)
        self.tell(given, f"The public key {key} is removed.")


def _kind(key: Any) -> str:
    if key.jwk is None:
        return "JWKS URL"
    return " ".join(filter(None, (key.jwk["kty"], key.jwk.get("crv"))))


def _values(key: Any) -> dict[str, Any]:
    return {
        "Id": key.pk,
        "Description": key.description,
        "Expiration": as_json(key.expires_at),
        "Expires": key.expires_at is not None,
        "Created": as_json(key.created_at),
        "Jwk": key.jwk,
        "Thumbprint": key.thumbprint or None,
        "JwksUrl": key.jwks_url or None,
        "LastUsed": as_json(key.last_used_at),
        "LastUsedFrom": key.last_used_address,
    }


def _lines(key: Any) -> str:
    lines = [
        f"Id:          {key.pk}",
        f"Description: {key.description or 'none'}",
        f"Key:         {_kind(key)} {key.thumbprint or key.jwks_url}",
        f"Added:       {minute(key.created_at)} by {key.created_by}",
        f"Expires:     {minute(key.expires_at)}",
        f"Last used:   {minute(key.last_used_at)} {key.last_used_address or ''}".rstrip(),
    ]
    if key.jwks_url:
        lines.append(f"Fetched:     {minute(key.fetched_at)} {key.failure}".rstrip())
    return "\n".join(lines)

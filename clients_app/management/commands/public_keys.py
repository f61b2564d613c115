"""`manage.py public_keys`: lists, shows, adds, edits, rotates and removes public keys."""

from argparse import Namespace
from typing import Final

from django.db import transaction

from clients_app.management import command_line as cli
from clients_app.management.client_lines import client_values
from clients_app.management.credential_lines import key_cells, key_lines, key_values
from clients_app.management.credential_options import KEY, key_draft
from clients_app.management.secret_options import (
    ADDED,
    EDITED,
    OLD_ENDS,
    edited_credential,
    in_words,
    old_end,
    secret_draft,
)
from clients_app.rules.rotation import life_of_successor
from clients_app.selectors.credentials.keys import get_key, listed_keys
from clients_app.selectors.tenants.policies import tenant_policy
from clients_app.services.credentials.assertion_rules import AssertionRules, set_assertion_rules
from clients_app.services.credentials.key_rotation import rotate_key
from clients_app.services.credentials.keys import add_keys, edit_key, remove_key

KEY_ID: Final = cli.argument("key_id", type=int, metavar="KEY_ID")


class Command(cli.PortalCommand):
    help = "Lists, shows, adds, edits, rotates and removes the public keys of a client."

    @cli.reading(cli.CLIENT, cli.TENANT)
    def list(self, given: Namespace) -> None:
        """List the public keys of a client, also those that expired recently, the newest first."""
        keys = listed_keys(cli.client_of(given), now=cli.now())
        columns = {"id": 6, "key": 13, "expires": 16, "last_used": 16, "description": 0}
        self.list_rows(given, keys, key_values, key_cells, **columns)

    @cli.reading(cli.CLIENT, KEY_ID, cli.TENANT)
    def show(self, given: Namespace) -> None:
        """Show a public key, or where its keys are published."""
        key = get_key(cli.client_of(given), given.key_id, now=cli.now())
        self.tell(given, key_lines(key), key_values(key))

    @cli.subcommand(
        cli.CLIENT,
        *KEY,
        *ADDED,
    )
    def add(self, given: Namespace) -> None:
        """Give a client a public key; the private key stays where it is."""
        client, now = cli.client_of(given), cli.now()
        draft = key_draft(given, secret_draft(given, client.tenant, now))
        with transaction.atomic():
            added = add_keys(client, draft, actor=cli.actor_in(client.tenant), now=now)
        for one in added:
            key = get_key(client, one.pk, now=now)
            end = in_words(key.expires_at)
            said = f"The public key {key} is added with the id {key.pk}. Expires: {end}."
            self.tell(given, said, key_values(key))

    @cli.subcommand(
        cli.CLIENT,
        KEY_ID,
        *EDITED,
    )
    def edit(self, given: Namespace) -> None:
        """Change the description or the end of a live public key; the key itself stays."""
        client, now = cli.client_of(given), cli.now()
        was = get_key(client, given.key_id, now=now)
        draft = edited_credential(given, was.description, was.expires_at)
        actor, version = cli.actor_in(client.tenant), was.version
        key = edit_key(client, was.pk, draft, actor=actor, now=now, expected_version=version)
        said = f"The public key {key} is changed. Expires: {in_words(key.expires_at)}."
        self.tell(given, said, key_values(get_key(client, key.pk, now=now)))

    @cli.subcommand(
        cli.CLIENT,
        KEY_ID,
        *KEY,
        OLD_ENDS,
        *EDITED,
    )
    def rotate(self, given: Namespace) -> None:
        """Replace a live public key by another one; the old one expires."""
        client, now = cli.client_of(given), cli.now()
        old = get_key(client, given.key_id, now=now)
        end = life_of_successor(
            created_at=old.created_at,
            expires_at=old.expires_at,
            policy=tenant_policy(client.tenant_id),
            now=now,
        )
        draft = key_draft(given, edited_credential(given, old.description, end))
        rotated = rotate_key(
            client,
            old.pk,
            draft,
            old_ends_at=old_end(given.old_ends, now),
            actor=cli.actor_in(client.tenant),
            now=now,
        )
        key = get_key(client, rotated.key.pk, now=now)
        said = (
            f"The public key {key} is added with the id {key.pk}. "
            f"The old one ends at {in_words(rotated.old.expires_at)}."
        )
        self.tell(given, said, key_values(key))

    @cli.subcommand(
        cli.CLIENT,
        cli.switch("--demand-type", default=None, help="only accept typ client-authentication+jwt"),
        cli.switch("--accept-token-endpoint", default=None, help="also as audience"),
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
        client = set_assertion_rules(client, rules, expected_version=version, actor=actor, now=now)
        types = "" if rules.demands_assertion_type else ", JWT or none"
        also = " or the token endpoint" if rules.accepts_token_endpoint_audience else ""
        said = f"typ: client-authentication+jwt{types}\naud: the issuer{also}"
        self.tell(given, said, client_values(client, now=now))

    @cli.subcommand(cli.CLIENT, KEY_ID, cli.TENANT)
    def remove(self, given: Namespace) -> None:
        """Remove a public key and its tokens: no token can be requested with it any more."""
        client, now = cli.client_of(given), cli.now()
        key = remove_key(client, given.key_id, actor=cli.actor_in(client.tenant), now=now)
        self.tell(given, f"The public key {key} is removed.")

"""`manage.py keys`: lists, shows, rotates, revokes and re-encrypts the keys that sign tokens."""

from argparse import Namespace
from typing import Final

from django.conf import settings
from django.db import transaction

from clients_app.errors import existing
from clients_app.errors import gettext_noop as _
from clients_app.identity.second_factors import reencrypt_factors
from clients_app.management import command_line as cli
from clients_app.management.key_lines import (
    key_kind,
    key_times,
    key_values,
    reencrypted_lines,
    reencrypted_values,
)
from clients_app.models import SigningKey
from clients_app.selectors.signing_keys.former_keys import rows_under_former_keys
from clients_app.selectors.tenants import installation
from clients_app.services.signing_keys.rotation import reencrypt_keys, revoke_keys, rotate_keys

_ORDER: Final = list(SigningKey.State.values)


class Command(cli.PortalCommand):
    help = "Lists, shows, rotates and revokes signing keys; completes a change of SECRET_KEY."

    @cli.reading(cli.flag("--all", "include removed keys"))
    def list(self, given: Namespace) -> None:
        """List the keys with state, algorithm, kid and times."""
        rows = list(installation.signing_keys(removed=given.all))
        rows.sort(key=lambda row: _ORDER.index(row.state))
        if given.json:
            for row in rows:
                self.print_json(key_values(row))
            return
        if not rows:
            self.stdout.write("There are no signing keys yet. The first start creates one.")
        for row in rows:
            self.stdout.write(f"{row.state:<8} {key_kind(row):<10} {row.kid}  {key_times(row)}")

    @cli.reading(cli.argument("kid", metavar="KID"))
    def show(self, given: Namespace) -> None:
        """Show a key, also a removed one."""
        row = installation.signing_keys(removed=True).filter(kid=given.kid).first()
        row = existing(row, _("There is no signing key %(kid)s."), kid=given.kid)
        lines = (
            f"Kid:       {row.kid}\n"
            f"Algorithm: {key_kind(row)}\n"
            f"State:     {row.state}, {key_times(row)}"
        )
        self.tell(given, lines, key_values(row))

    @cli.subcommand()
    def rotate(self, given: Namespace) -> None:
        """Let another key sign as soon as all verifiers can know it."""
        row = rotate_keys(actor=cli.actor_on_installation(), now=cli.now())
        is_active = row.state == SigningKey.State.ACTIVE
        state = "signs now" if is_active else f"is published; it {key_times(row)}"
        self.tell(given, f"Key {row.kid} {state}.", key_values(row))

    @cli.subcommand(
        cli.argument("kids", nargs="+", metavar="KID"),
        cli.flag("--secret-key-is-lost", "no node and no backup has the key"),
    )
    def revoke(self, given: Namespace) -> None:
        """Revoke keys now, and all tokens that they signed."""
        row = revoke_keys(given.kids, actor=cli.actor_on_installation(), now=cli.now())
        sentences = (
            f"Revoked: {', '.join(dict.fromkeys(given.kids))}.\n"
            f"Key {row.kid} signs now.\n"
            "APIs that verify tokens themselves may trust a revoked key for up to "
            f"{settings.JWKS_MAX_AGE} more seconds, until they fetch the public keys again."
        )
        self.tell(given, sentences, key_values(row))

    @cli.subcommand(
        cli.flag("--dry-run", "change nothing; count only", dest="only_counts"),
        dry_run=False,  # as the events do not say what happens to second factors
    )
    def reencrypt(self, given: Namespace) -> None:
        """Encrypt private keys and second factors under the current SECRET_KEY."""
        now = cli.now()
        with transaction.atomic():
            keys = reencrypt_keys(actor=cli.actor_on_installation(), now=now)
            factors, left = reencrypt_factors(), rows_under_former_keys(now=now)
            transaction.set_rollback(given.only_counts)
        lines = reencrypted_lines(keys, factors, left)
        if given.only_counts:
            lines = f"Nothing was changed. The command would do this:\n{lines}"
        self.tell(given, lines, reencrypted_values(keys, factors, left))

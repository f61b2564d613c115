"""`manage.py keys`: lists, rotates, revokes and re-encrypts the keys that sign tokens."""

from argparse import Namespace
from typing import Any, Final

from django.conf import settings

from clients_app import conf
from clients_app.http.json_models import moment
from clients_app.identity.second_factors import reencrypt_factors
from clients_app.management import command_line as cli
from clients_app.models import SigningKey
from clients_app.rules.key_schedule import removed_from
from clients_app.selectors.signing_keys.former_keys import rows_under_former_keys
from clients_app.selectors.tenants import installation
from clients_app.services.signing_keys.rotation import (
    reencrypt_keys,
    revoke_keys,
    rotate_keys,
)

_ORDER: Final = list(SigningKey.State.values)


class Command(cli.PortalCommand):
    help = "Lists, rotates and revokes the keys that sign tokens; completes a change of SECRET_KEY."

    @cli.reading(cli.argument("--all", action="store_true", help="include removed keys"), cli.JSON)
    def list(self, given: Namespace) -> None:
        """List the keys with state, algorithm, kid and times."""
        rows = list(installation.signing_keys(removed=given.all))
        rows.sort(key=lambda row: _ORDER.index(row.state))
        if given.json:
            for row in rows:
                self.print_json(_values(row))
            return
        if not rows:
            self.stdout.write("There are no signing keys yet. The first start creates one.")
        for row in rows:
            kind = f"{row.algorithm} {row.bits}" if row.bits else row.algorithm
            self.stdout.write(f"{row.state:<8} {kind:<10} {row.kid}  {_times(row)}")

    @cli.subcommand()
    def rotate(self, given: Namespace) -> None:
        """Let another key sign as soon as all verifiers can know it."""
        row = rotate_keys(actor=cli.actor_on_installation(), now=cli.now())
        self.stdout.write(
            f"Key {row.kid} signs now."
            if row.state == SigningKey.State.ACTIVE
            else f"Key {row.kid} is published; it {_times(row)}."
        )

    @cli.subcommand(
        cli.argument("kids", nargs="+", metavar="KID"),
        cli.argument(
            "--secret-key-is-lost", action="store_true", help="no node and no backup has the key"
        ),
    )
    def revoke(self, given: Namespace) -> None:
        """Revoke keys now, and all tokens that they signed."""
        row = revoke_keys(given.kids, actor=cli.actor_on_installation(), now=cli.now())
        self.stdout.write(
            f"Revoked: {', '.join(dict.fromkeys(given.kids))}.\n"
            f"Key {row.kid} signs now.\n"
            "APIs that verify tokens themselves may trust a revoked key for up to "
            f"{settings.JWKS_MAX_AGE} more seconds, until they fetch the public keys again."
        )

    @cli.subcommand(dry_run=False)
    def reencrypt(self, given: Namespace) -> None:
        """Encrypt private keys and second factors under the current SECRET_KEY."""
        now = cli.now()
        keys = reencrypt_keys(actor=cli.actor_on_installation(), now=now)
        factors, left = reencrypt_factors(), rows_under_former_keys(now=now)
        self.stdout.write(
            f"Signing keys re-encrypted: {len(keys)}.\n"
            f"Second factors re-encrypted: {factors}.\n"
            f"Client secrets under a former key: {left.secrets}; "
            "each is renewed when it is next used.\n"
            f"Client secrets under a lost key: {left.lost_secrets}; "
            "the next use of each takes a run of Argon2id, which renews it.\n"
            f"Webhooks under a former key: {left.webhooks}; "
            "give each a new secret before you remove the former SECRET_KEY.\n"
            f"Audit events under a former key: {left.events}; "
            "they do not change, keep the former SECRET_KEY to verify them."
        )


def _values(row: SigningKey) -> dict[str, Any]:
    return {
        "Kid": row.kid,
        "State": row.state,
        "Algorithm": row.algorithm,
        "Bits": row.bits,
        "Created": moment(row.created_at),
        "SignsFrom": moment(row.signs_from),
        "Activated": moment(row.activated_at),
        "Retired": moment(row.retired_at),
        "Removed": moment(row.removed_at),
    }


def _times(row: SigningKey) -> str:
    state, kept_until = SigningKey.State, row.retired_at and removed_from(row.retired_at)
    words, at = {
        state.NEXT: ("signs from", row.signs_from),
        state.ACTIVE: ("signs since", row.activated_at),
        state.RETIRED: ("published until", kept_until),
        state.REMOVED: ("removed", row.removed_at),
    }[state(row.state)]
    zone = conf.installation_zone()
    return f"{words} {at.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}" if at else f"{words} -"

"""`manage.py keys`: the keys that sign tokens, listed, rotated, revoked, encrypted anew."""

from argparse import ArgumentParser
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.conf import settings

from clients_app import conf
from clients_app.identity.second_factors import encrypt_factors_anew
from clients_app.management.command_line import PortalCommand, actor_on_installation, now
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
_REWRITTEN: Final = "each is written anew when its secret is next used"
_END: Final = "give each a new secret before the former SECRET_KEY goes"
_STAY: Final = "they stay, keep the former SECRET_KEY to verify them"


class Command(PortalCommand):
    help = "Lists, rotates and revokes the keys that sign tokens; ends a change of SECRET_KEY."

    def add_arguments(self, parser: ArgumentParser) -> None:
        words = self.words(parser)
        listed = words.add_parser("list", help="a line a key: state, algorithm, kid, times")
        listed.add_argument("--all", action="store_true", help="removed keys, too")
        words.add_parser("rotate", help="let another key sign, once every verifier can know it")
        revoke = words.add_parser("revoke", help="withdraw a key now, and all its tokens with it")
        revoke.add_argument("kids", nargs="+", metavar="KID")
        words.add_parser("reencrypt", help="encrypt private keys under the present SECRET_KEY")

    def list(self, *, all: bool, **_: Any) -> None:
        """Print what there is, in the order of a key's life."""
        rows = installation.signing_keys(removed=all)
        for row in sorted(rows, key=lambda row: _ORDER.index(row.state)):
            kind = f"{row.algorithm} {row.bits}" if row.bits else row.algorithm
            self.stdout.write(f"{row.state:<8} {kind:<10} {row.kid}  {_times(row)}")

    def rotate(self, **_: Any) -> None:
        """Publish another key, or let the next one sign if all verifiers can know it by now."""
        row = rotate_keys(actor=actor_on_installation(), now=now())
        self.stdout.write(
            f"Key {row.kid} signs now."
            if row.state == SigningKey.State.ACTIVE
            else f"Key {row.kid} is published; it {_times(row)}."
        )

    def revoke(self, *, kids: Sequence[str], **_: Any) -> None:
        """Withdraw keys at once; say which key signs now."""
        row = revoke_keys(kids, actor=actor_on_installation(), now=now())
        self.stdout.write(f"Revoked: {', '.join(dict.fromkeys(kids))}.")
        self.stdout.write(f"Key {row.kid} signs now.")
        self.stdout.write(
            "APIs that verify by themselves may trust a revoked key for up to "
            f"{settings.JWKS_MAX_AGE} seconds more, until they fetch the public keys again."
        )

    def reencrypt(self, **_: Any) -> None:
        """End the need for a former SECRET_KEY; say what still has it."""
        moment = now()
        done = reencrypt_keys(actor=actor_on_installation(), now=moment)
        self.stdout.write(f"Signing keys encrypted anew: {len(done)}.")
        self.stdout.write(f"Second factors encrypted anew: {encrypt_factors_anew()}.")
        left = rows_under_former_keys(now=moment)
        self.stdout.write(f"Tags of live secrets under a former key: {left.secrets}; {_REWRITTEN}.")
        self.stdout.write(f"Webhooks under a former key: {left.webhooks}; {_END}.")
        self.stdout.write(f"Audit events under a former key: {left.events}; {_STAY}.")


def _times(row: SigningKey) -> str:
    match row.state:
        case SigningKey.State.NEXT:
            return f"signs from {_said(row.signs_from)}"
        case SigningKey.State.ACTIVE:
            return f"signs since {_said(row.activated_at)}"
        case SigningKey.State.RETIRED:
            return f"published until {_said(row.retired_at and removed_from(row.retired_at))}"
        case _:
            return f"removed {_said(row.removed_at)}"


def _said(moment: datetime | None) -> str:
    """Return a moment in the zone of the installation."""
    return f"{moment.astimezone(conf.installation_zone()):%Y-%m-%d %H:%M:%S %Z}" if moment else "-"

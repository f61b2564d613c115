"""What the options of `manage.py clients` and `secrets` say about secrets."""

import sys
from argparse import ArgumentParser, Namespace
from datetime import datetime
from pathlib import Path
from typing import Final

from clients_app import conf
from clients_app.errors import NotFound, PortalError
from clients_app.management import command_line as cli
from clients_app.models import Client, Tenant
from clients_app.rules.expiry import parse_end
from clients_app.rules.rotation import PERIODS, OldEnds
from clients_app.rules.tenant_policy import default_end
from clients_app.selectors.tenants.policies import tenant_policy
from clients_app.services.credentials.changes import CredentialDraft
from clients_app.services.secrets.changes import SecretDraft
from clients_app.services.secrets.sealing import PublicKey, parse_public_key


def expiry(parser: ArgumentParser) -> None:
    """Add the options for when a secret expires."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--expires",
        metavar="DATE",
        help="'YYYY-MM-DD hh:mm' in TIME_ZONE, YYYY-MM-DD for the end of that day, or a moment as "
        "--json prints it; default of a new secret: in one year",
    )
    group.add_argument("--never-expires", action="store_true")


NEW_SECRET: Final = (expiry, cli.TENANT)
ADDED: Final = (
    cli.argument("--description", default="", metavar="TEXT", dest="secret_description"),
    *NEW_SECRET,
)
EDITED: Final = (cli.argument("--description", metavar="TEXT"), *NEW_SECRET)
OLD_ENDS: Final = cli.argument(
    "--old-ends",
    default=OldEnds.IN_24_HOURS.value,
    metavar="WHEN",
    help="now, 1h, 24h (default), 7d, or a date as for --expires",
)
TO_KEY: Final = cli.argument(
    "--to-key",
    metavar="FILE",
    help="a public key (JWK) to which the new secret is encrypted; - for standard input",
)


def key_in(path: str | None) -> PublicKey | None:
    """Return the public key in a file, or None if none was named.

    Errors: PortalError if it cannot be read; RuleBroken (public_key).
    """
    if path is None:
        return None
    return parse_public_key(text_in(path))


def text_in(path: str) -> str:
    """Return the text of a file; "-" is standard input. Errors: PortalError."""
    try:
        return sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")
    except OSError as error:
        sentence = "%(path)s cannot be read (%(reason)s)."
        raise PortalError(sentence, path=path, reason=error.strerror) from error
    except ValueError as error:
        raise PortalError("%(path)s is not a text in UTF-8.", path=path) from error


def edited_credential(
    given: Namespace, description: str, expires_at: datetime | None
) -> CredentialDraft:
    """Return what a credential with this description and end becomes by the options EDITED."""
    if given.description is not None:
        description = given.description
    if given.never_expires:
        expires_at = None
    elif given.expires is not None:
        expires_at = parse_end(given.expires, conf.installation_zone())
    return CredentialDraft(description=description, expires_at=expires_at)


def secret_draft(given: Namespace, tenant: Tenant, moment: datetime) -> SecretDraft:
    """Return the new secret that the options describe."""
    zone = conf.installation_zone()
    if given.never_expires:
        expires_at = None
    elif given.expires is None:
        expires_at = default_end(tenant_policy(tenant.pk), now=moment, zone=zone)
    else:
        expires_at = parse_end(given.expires, zone)
    return SecretDraft(description=given.secret_description, expires_at=expires_at)


def old_end(text: str, moment: datetime) -> datetime:
    """Return when the old secret ends, as ``--old-ends`` says."""
    if text in PERIODS:
        return moment + PERIODS[OldEnds(text)]
    return parse_end(text, conf.installation_zone(), field="old_ends_at")


def in_words(moment: datetime | None) -> str:
    """Return a moment in the installation's zone, as ``--expires`` is read, to the second."""
    if moment is None:
        return "never"
    zone = conf.installation_zone()
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S} {zone}"


def only_secret(client: Client, moment: datetime) -> int:
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

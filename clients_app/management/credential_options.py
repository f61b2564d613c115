"""What the options of `manage.py` say about public keys and federated identities."""

from argparse import Namespace
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from clients_app.errors import PortalError
from clients_app.management import command_line as cli
from clients_app.management.secret_options import secret_draft, text_in
from clients_app.models import FederatedIdentity, Tenant
from clients_app.rules.federation.presets import PRESETS
from clients_app.services.clients.first_credential import FirstDraft
from clients_app.services.credentials.changes import CredentialDraft
from clients_app.services.credentials.identities import IdentityDraft
from clients_app.services.credentials.identity_drafts import GivenIdentity, identity_draft
from clients_app.services.credentials.keys import KeyDraft

KEY: Final = (
    cli.argument(
        "--key",
        metavar="FILE",
        help="a JWK, a JWKS, a public key or a certificate in PEM; - for standard input",
    ),
    cli.argument("--jwks-url", default="", metavar="URL", help="where the client's keys are"),
)
_REPEATED: Final = {"action": "append", "metavar": "NAME=VALUE"}
IDENTITY: Final = (
    cli.argument("--platform", metavar="NAME", help=f"one of {', '.join(PRESETS)}"),
    cli.argument(
        "--field",
        **_REPEATED,
        dest="fields",
        help="of the platform's form, such as owner=octo-org; may be repeated",
    ),
    cli.argument("--issuer", metavar="URL", help="exactly as tokens have it in iss"),
    cli.argument("--subject", metavar="RULE", help="exactly, or with * at the end of a part"),
    cli.argument(
        "--claim",
        **_REPEATED,
        dest="claims",
        help="another claim that must fit; may be repeated; an empty one stands for none",
    ),
    cli.argument("--audience", metavar="TEXT", help="default: the issuer of this portal"),
    cli.argument(
        "--jwks",
        metavar="FILE",
        help="the public keys of an issuer that the portal cannot reach; - for standard input; "
        "an empty name removes them",
    ),
)
#: the attributes of what was given that describe an identity
_DESCRIBE: Final = ("platform", "fields", "issuer", "subject", "claims", "jwks", "audience")


def describes_identity(given: Namespace) -> bool:
    """Return whether one of the options IDENTITY was given."""
    return any(getattr(given, name) is not None for name in _DESCRIBE)


def describes_key(given: Namespace) -> bool:
    """Return whether one of the options KEY was given."""
    return given.key is not None or bool(given.jwks_url)


def first_draft(given: Namespace, tenant: Tenant, now: datetime) -> FirstDraft:
    """Return the first credential of a new client: a secret, unless the options say another.

    Errors: PortalError; RuleBroken.
    """
    secret = secret_draft(given, tenant, now)
    if describes_key(given) and describes_identity(given):
        raise PortalError("Begin with a public key or with a federated identity, not with both.")
    if describes_key(given):
        return key_draft(given, secret)
    if describes_identity(given):
        return drafted_identity(given, secret)
    return secret


def key_draft(given: Namespace, common: CredentialDraft) -> KeyDraft:
    """Return the key that the options describe, and what all credentials have.

    Errors: PortalError.
    """
    if not describes_key(given):
        raise PortalError("Name a file with --key, or an address with --jwks-url.")
    return KeyDraft(
        pasted=text_in(given.key) if given.key else "",
        jwks_url=given.jwks_url,
        description=common.description,
        expires_at=common.expires_at,
    )


def drafted_identity(
    given: Namespace, common: CredentialDraft, was: FederatedIdentity | None = None
) -> IdentityDraft:
    """Return the identity that the options describe, or ``was`` as they change it.

    Errors: PortalError; RuleBroken.
    """
    jwks = text_in(given.jwks) if given.jwks else given.jwks
    pairs = {
        "fields": _pairs(given.fields, "--field"),
        "claims": _pairs(given.claims, "--claim"),
    }
    said = GivenIdentity.read({**vars(given), **pairs}.get, jwks)
    return identity_draft(
        said, was=was, description=common.description, expires_at=common.expires_at
    )


def _pairs(texts: Iterable[str] | None, option: str) -> dict[str, str] | None:
    """Return the values of a repeated option by their names. Errors: PortalError."""
    if texts is None:
        return None
    pairs: dict[str, str] = {}
    for text in cli.entered(texts):
        name, found, value = text.partition("=")
        if not found or not name.strip() or name.strip() in pairs:
            sentence = "Enter each name once, as NAME=VALUE (%(option)s)."
            raise PortalError(sentence, option=option)
        pairs[name.strip()] = value
    return pairs

"""Proof Key for Code Exchange: only who began an authorization can redeem its code.

Only S256 is offered: with ``plain``, who reads the request knows the verifier.
Source: RFC 7636 section 4; AUT-2.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from typing import Final

METHOD: Final = "S256"
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}", re.ASCII)


def is_challenge(text: str) -> bool:
    """Return whether ``text`` can be the challenge of a verifier: SHA-256 in base64url."""
    return _CHALLENGE.fullmatch(text) is not None


def fits(verifier: str, challenge: str) -> bool:
    """Return whether ``challenge`` was made of ``verifier``. Without a challenge, only none fits.

    So nobody can redeem a code with a verifier that its request knew nothing of (RFC 9700 section
    4.8.2).
    """
    if not verifier or not challenge:
        return not verifier and not challenge
    if not _VERIFIER.fullmatch(verifier):
        return False
    return hmac.compare_digest(challenge_of(verifier), challenge)


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of ``verifier``."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")

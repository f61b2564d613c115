"""Near misses of a federated identity, and a token that misses its rules, for screens to show."""

import json
from datetime import datetime

from clients_app.models import Client, FederatedIdentity, NearMiss
from tests.oauth.assertions import b64


def insert_near_misses(
    client: Client, identity: FederatedIdentity, sent: str, *, now: datetime
) -> None:
    """Insert one that a rule can fit, one that fits meanwhile, and one that nobody known signed."""
    missed = {"claim": "sub", "sent": sent, "expected": identity.subject_rule}
    subject = {**missed, "problem": "subject rule"}
    for is_signed, own, verdict in (
        (True, identity, subject),
        (True, identity, {**subject, "sent": identity.subject_rule, "expected": sent}),
        (False, None, {"claim": "kid", "sent": sent, "expected": "", "problem": "unknown key"}),
    ):
        fits = {"claim": "iss", "sent": identity.issuer, "expected": identity.issuer}
        NearMiss.objects.create(
            client=client,
            identity=own,
            is_signed=is_signed,
            at=now,
            address="2001:db8:1111:2222:3333:4444:5555:6666",
            verdicts=[fits, verdict],
        )


def missing_token(text: str) -> str:
    """Return a JWT whose every claim is ``text``."""
    header = {"alg": "ES256", "kid": text, "typ": text}
    claims = dict.fromkeys(("iss", "aud", "sub", "exp", "jti"), text)
    parts = [b64(json.dumps(part).encode()) for part in (header, claims)]
    return b".".join([*parts, b"c2ln"]).decode()

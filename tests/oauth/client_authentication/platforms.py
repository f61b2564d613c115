"""A platform whose tokens prove clients: its key and tokens, and an identity that trusts it."""

from typing import Any

from clients_app.models import FederatedIdentity, NearMiss, TokenRefusal
from clients_app.services.usage import counts
from tests.credentials import insert_identities
from tests.oauth.assertions import ISSUER, MISSING, asking, assertion, key_of
from tests.oauth.wsgi import Reply, environ, through_the_short_entrance

PLATFORM = "https://ci.example"


SUBJECT = "repo:o/r:ref:refs/heads/main"


EC = key_of("EC")


JWKS = {"keys": [{**EC.as_dict(private=False), "kid": EC.thumbprint()}]}


def trust(client: Any, **more: Any) -> FederatedIdentity:
    rules = {"issuer": PLATFORM, "audience": ISSUER, "subject_rule": SUBJECT, "jwks": JWKS}
    [row] = insert_identities(client.row, 1, **{**rules, "expires_at": None, **more})
    return row


def token(key: Any = EC, **more: Any) -> str:
    header = {"typ": "JWT", "kid": EC.thumbprint(), **more.pop("header", {})}
    claims = {"iss": PLATFORM, "sub": SUBJECT, "jti": MISSING, **more}
    return assertion("", key, header=header, **claims)


def ask(text: str, **fields: str) -> Reply:
    return through_the_short_entrance(environ(body=asking(text, **fields)))


def refusals() -> list[str]:
    counts.flush()
    return list(TokenRefusal.objects.values_list("cause", flat=True))


def problems(miss: NearMiss) -> list[tuple[str, str]]:
    return [(one["claim"], one["problem"]) for one in miss.verdicts if one["problem"]]

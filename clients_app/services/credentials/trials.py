"""Tries a token on the credentials of a client and says what is wrong with it (FED-8).

Nothing is kept and nothing is counted: the token stays as good as it was.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet
from django.urls import reverse

from clients_app import conf
from clients_app.models import Client, ClientKey, FederatedIdentity, FetchedKeySet
from clients_app.rules import assertions
from clients_app.rules.assertions import TRIED_MAX, Expected
from clients_app.rules.federation import platform_tokens
from clients_app.rules.jwts import Jwt, Malformed, parse_jwt
from clients_app.rules.verdicts import Verdict, shown, telling, verdict_on_kid
from clients_app.selectors.credentials.identities import trust_of_row
from clients_app.services.credentials.key_sets import is_fresh
from clients_app.services.credentials.public_keys import VerifyingKey, verifying_key, verifying_keys


class Trial(NamedTuple):
    """A credential, and what is right and wrong with the token for it."""

    credential: ClientKey | FederatedIdentity
    checks: list[Verdict]

    @property
    def is_accepted(self) -> bool:
        """Return whether the token endpoint would accept the token, if it was not used before."""
        return all(check.fits for check in self.checks)


def trials_of(client: Client, text: str, *, now: datetime) -> list[Trial] | None:
    """Return a trial of each live credential, the nearest first; None if ``text`` is no JWT."""
    try:
        jwt = parse_jwt(text)
    except Malformed:
        return None
    of_client = () if client.is_enabled else (_disabled(client),)
    keys = [
        Trial(key, telling([*of_client, *_of_key(jwt, key, client, now)]))
        for key in client.keys.live(now)
    ]
    identities = [
        Trial(one, telling([*of_client, *_of_identity(jwt, one, now)]))
        for one in client.identities.live(now)
    ]
    return sorted(
        [*keys, *identities], key=lambda trial: sum(not check.fits for check in trial.checks)
    )


def _disabled(client: Client) -> Verdict:
    return Verdict("client_id", str(client.pk), "", "disabled client")


def _of_key(jwt: Jwt, key: ClientKey, client: Client, now: datetime) -> list[Verdict]:
    expected = Expected(
        client_id=str(client.pk),
        issuer=conf.issuer(),
        token_endpoint=conf.public_url() + reverse("token"),
        now=now.timestamp(),
        accepts_token_endpoint=client.accepts_token_endpoint_audience,
        demands_type=client.demands_assertion_type,
    )
    if key.jwk is not None:
        known: Iterable[VerifyingKey] | None = [verifying_key(json.dumps(key.jwk))]
    else:
        known = _fetched(FetchedKeySet.objects.filter(url=key.jwks_url, is_issuer=False), now)
    return [_signature(jwt, known), *assertions.verdicts_on(jwt, expected)]


def _of_identity(jwt: Jwt, identity: FederatedIdentity, now: datetime) -> list[Verdict]:
    if identity.jwks is not None:
        known: Iterable[VerifyingKey] | None = verifying_keys(json.dumps(identity.jwks))
    else:
        is_other = jwt.claims.get("iss") != identity.issuer  # refused for that, by any key
        rows = FetchedKeySet.objects.filter(url=identity.issuer, is_issuer=True)
        known = _fetched(rows, now, even_if_old=is_other)
    checks = platform_tokens.verdicts_on(
        jwt, trust_of_row(identity), audience=identity.audience, now=now.timestamp()
    )
    return [_signature(jwt, known), *checks]


def _fetched(
    rows: QuerySet[FetchedKeySet], now: datetime, *, even_if_old: bool = False
) -> Iterable[VerifyingKey] | None:
    row = rows.first()
    if row is None or row.jwks is None or not (even_if_old or is_fresh(row.fetched_at, now=now)):
        return None
    return verifying_keys(json.dumps(row.jwks))


def _signature(jwt: Jwt, known: Iterable[VerifyingKey] | None) -> Verdict:
    """Return whether one of the ``known`` keys made the signature; None: they are not here yet."""
    kid, algorithm = jwt.header.get("kid"), jwt.header.get("alg")
    if known is None:
        return verdict_on_kid(kid, (), "no keys")
    fitting = [key for key in known if kid in (None, key.kid)]
    kids = [key.kid for key in known]
    if not fitting:
        return verdict_on_kid(kid, kids, "unknown key")
    usable = [key for key in fitting if algorithm in key.algorithms]
    if len(usable) > TRIED_MAX:
        return verdict_on_kid(kid, kids, "many keys")
    if not usable:
        algorithms = ", ".join(dict.fromkeys(one for key in fitting for one in key.algorithms))
        return Verdict("alg", shown(algorithm), algorithms, "algorithm")
    verified = any(
        key.verifies(jwt.signed, jwt.signature, algorithm=str(algorithm)) for key in usable
    )
    return verdict_on_kid(kid, kids, "" if verified else "signature")

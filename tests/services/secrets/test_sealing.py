"""A new secret that only the owner of a private key can read."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jwe
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from clients_app.errors import RuleBroken
from clients_app.models import AuditEvent, Client, ClientSecret, Tenant
from clients_app.services.secrets.digests import digest_fits
from clients_app.services.secrets.rotation import RotatedSecret, rotate_secret
from clients_app.services.secrets.sealing import parse_public_key
from tests.actors import command_line_in
from tests.factories import insert_secrets
from tests.moments import NOW
from tests.services.secrets.conftest import DRAFT

EC = ECKey.generate_key("P-256")
RSA = RSAKey.generate_key(2048)


def public(key: Any, **more: Any) -> dict[str, Any]:
    return {**key.as_dict(private=False), **more}


def rotate(client: Client, tenant: Tenant, jwk: dict[str, Any]) -> RotatedSecret:
    (old,) = insert_secrets(client, 1)
    return rotate_secret(
        client,
        old.pk,
        DRAFT,
        old_ends_at=NOW,
        actor=command_line_in(tenant),
        now=NOW,
        public_key=parse_public_key(jwk),
    )


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [(RSA, "RSA-OAEP-256"), (EC, "ECDH-ES"), (ECKey.generate_key("P-521"), "ECDH-ES")],
    ids=["RSA", "P-256", "P-521"],
)
def test_sealed_secret_is_read_with_the_private_key_only(
    client: Client,
    tenant: Tenant,
    dump_of_every_table: Callable[[], str],
    key: Any,
    algorithm: str,
) -> None:
    rotated = rotate(client, tenant, public(key))

    read = jwe.decrypt_compact(rotated.sealed, key, algorithms=[algorithm, "A256GCM"])
    plain = (read.plaintext or b"").decode()
    assert digest_fits(plain, ClientSecret.objects.get(pk=rotated.secret.pk).digest)
    assert (rotated.plain, read.headers()["kid"]) == ("", key.thumbprint())
    assert plain not in repr(rotated) + dump_of_every_table()


def test_event_names_the_key_that_the_secret_was_encrypted_to(
    client: Client, tenant: Tenant
) -> None:
    rotated = rotate(client, tenant, public(EC, kid="of the pump"))

    event = AuditEvent.objects.get(action="client.secret.rotated")
    assert json.loads(event.canonical)["after"]["sealed_for"] == EC.thumbprint()
    header = jwe.decrypt_compact(rotated.sealed, EC, algorithms=["ECDH-ES", "A256GCM"]).headers()
    assert header["kid"] == "of the pump"


REFUSED: dict[str, Any] = {
    "no JSON": "{",
    "deep": "[" * 5000,
    "a list": "[]",
    "a number": "1",
    "nothing": {},
    "no key": {"kty": "RSA"},
    "other parts": {"kty": "EC", "crv": "P-256", "x": 1, "y": None},
    "not on the curve": public(EC, y=public(EC)["x"]),
    "a private EC key": EC.as_dict(private=True),
    "a private RSA key": RSA.as_dict(private=True),
    "symmetric": OctKey.generate_key(256).as_dict(private=True),
    "Ed25519": public(OKPKey.generate_key("Ed25519")),
    "secp256k1": public(ECKey.generate_key("secp256k1")),
    "a short RSA key": {
        "kty": "RSA",
        "e": "AQAB",
        "n": "sXchDaQebHnPiGvyDOAT4saGEUetSyo9MKLOoWFsueri23bOdgWp4Dy1WlUzewbgBHod5pcM9H95GQRV3J"
        "DXboIRROSBigeC5yjU1hGzHHyXss8UDprecbAYxknTcQkhslANGRUZmdTOQ5qTRsLAt6BTYuyvVRdhS8exSZEy",
    },
    "for signatures": public(EC, use="sig"),
    "another algorithm": public(RSA, alg="RSA1_5"),
    "a long kid": public(EC, kid="k" * 201),
    "a kid that is no text": public(EC, kid={}),
    "a kind that is no text": {"kty": []},
}


@pytest.mark.parametrize("given", REFUSED.values(), ids=REFUSED)
def test_other_keys_are_refused(given: Any) -> None:
    with pytest.raises(RuleBroken) as refused:
        parse_public_key(given if isinstance(given, str) else json.dumps(given))

    assert refused.value.field == "public_key"
    assert str(refused.value).startswith("Send ")

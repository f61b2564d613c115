"""Private keys: how they are generated and stored. KEY-1 to KEY-3 and KEY-6."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import joserfc.jwk
import joserfc.jws
import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from clients_app import derived_keys
from clients_app.models import SigningKey
from clients_app.services.signing_keys import private_keys
from clients_app.services.signing_keys.private_keys import NoSigningKey, SigningKeyLost, loaded_key
from clients_app.services.signing_keys.public_keys import published_jwks
from clients_app.services.signing_keys.rotation import ensure_active_key
from tests.at_once import at_once

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
PRIVATE_MEMBERS = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_each_algorithm_is_verified_by_third_party_libraries(
    db: None, settings: Any, now: datetime, algorithm: str
):
    """KEY-1."""
    settings.TOKEN_SIGNING_ALGORITHM = algorithm
    key = ensure_active_key(now=now)

    signature = loaded_key(key.kid).sign(b"header.payload")

    [jwk] = published_jwks()["keys"]
    assert (key.algorithm, jwk["alg"], jwk["use"]) == (algorithm, algorithm, "sig")
    verifier = jwt.PyJWK(jwk)
    assert verifier.Algorithm.verify(b"header.payload", verifier.key, signature)


@pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
@pytest.mark.parametrize("bits", [2048, 3072, 4096])
def test_rsa_keys_have_the_configured_length(
    db: None, settings: Any, now: datetime, algorithm: str, bits: int
):
    """KEY-1: a third-party library verifies each length."""
    settings.TOKEN_SIGNING_ALGORITHM, settings.TOKEN_SIGNING_KEY_BITS = algorithm, bits

    key = ensure_active_key(now=now)

    private = loaded_key(key.kid).private
    assert (private.key_size, private.public_key().public_numbers().e) == (bits, 65_537)
    assert key.bits == bits
    token = joserfc.jws.serialize_compact(
        {"alg": algorithm}, b"x", joserfc.jwk.RSAKey.import_key(private), algorithms=[algorithm]
    )
    message, _, signature = token.rpartition(".")
    own = private_keys.base64url(loaded_key(key.kid).sign(message.encode())).decode()
    assert len(own) == len(signature)
    public = joserfc.jwk.import_key(key.public_jwk)
    assert joserfc.jws.deserialize_compact(f"{message}.{own}", public, algorithms=[algorithm])


def test_rsa_keys_have_2048_bits_by_default(db: None, settings: Any, now: datetime):
    settings.TOKEN_SIGNING_ALGORITHM = "RS256"

    assert ensure_active_key(now=now).bits == 2048


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
def test_kid_is_the_rfc_7638_thumbprint(db: None, settings: Any, now: datetime, algorithm: str):
    """Computed by a third-party library and by hand."""
    settings.TOKEN_SIGNING_ALGORITHM = algorithm
    key = ensure_active_key(now=now)

    jwk = joserfc.jwk.import_key(key.public_jwk)
    assert jwk.thumbprint() == key.kid
    members = {name: key.public_jwk[name] for name in jwk.as_dict(private=False)}
    for name in ("kid", "alg", "use"):
        members.pop(name, None)
    canonical = json.dumps(members, sort_keys=True, separators=(",", ":")).encode()
    digest = hashlib.sha256(canonical).digest()
    assert private_keys.base64url(digest).decode() == key.kid


def test_only_public_members_are_published(key: SigningKey):
    """KEY-3."""
    [jwk] = published_jwks()["keys"]

    assert not PRIVATE_MEMBERS & set(jwk)


def test_second_start_keeps_the_key(key: SigningKey, settings: Any, now: datetime):
    settings.TOKEN_SIGNING_ALGORITHM = "EdDSA"

    assert ensure_active_key(now=now + timedelta(days=1)).kid == key.kid
    assert SigningKey.objects.count() == 1


def test_private_part_is_encrypted(key: SigningKey, dump_of_every_table: Any):
    """KEY-2."""
    private = loaded_key(key.kid).private
    der = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    number = private.private_numbers().private_value.to_bytes(32, "big")

    stored = bytes(SigningKey.objects.get().private_part)
    assert number not in stored
    assert der[:20] not in stored
    assert number.decode("latin-1") not in dump_of_every_table()
    assert "PRIVATE" not in dump_of_every_table()
    current = derived_keys.current_key(derived_keys.SIGNING_KEYS)
    assert derived_keys.encrypted_under(key.private_part) == current.id


def test_two_encryptions_share_nothing(key: SigningKey):
    one = key.private_part
    private_keys.reencrypt(key)
    two = key.private_part

    assert one[8:20] != two[8:20]  # after the id of the key


def test_a_former_root_secret_still_decrypts_it(key: SigningKey, settings: Any):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "n" * 60
    private_keys.forget()

    assert loaded_key(key.kid).kid == key.kid


def test_a_lost_root_secret_is_explained_in_one_sentence(
    key: SigningKey, settings: Any, now: datetime
):
    settings.SECRET_KEY = "n" * 60
    private_keys.forget()

    with pytest.raises(SigningKeyLost, match="SECRET_KEY_FALLBACKS"):
        ensure_active_key(now=now)
    assert SigningKey.objects.count() == 1


@pytest.mark.parametrize("place", [0, 8, 20, -1])
def test_a_damaged_private_part_is_not_used(key: SigningKey, place: int):
    spoilt = bytearray(key.private_part)
    spoilt[place] ^= 1
    SigningKey.objects.update(private_part=bytes(spoilt))
    private_keys.forget()

    with pytest.raises(SigningKeyLost):
        loaded_key(key.kid)


def test_private_part_of_another_key_is_refused(key: SigningKey):
    """The kid is authenticated with the ciphertext, so rows cannot be swapped."""
    SigningKey.objects.update(kid="another")

    with pytest.raises(SigningKeyLost):
        loaded_key("another")


def test_unknown_key_is_not_loaded(db: None):
    with pytest.raises(NoSigningKey):
        loaded_key("unknown")


def test_key_is_loaded_once_per_process(key: SigningKey, django_assert_num_queries: Any):
    first = loaded_key(key.kid)

    with django_assert_num_queries(0):
        assert loaded_key(key.kid) is first


@pytest.mark.django_db(transaction=True)
def test_concurrent_starts_on_an_empty_database_create_one_key(now: datetime):
    """KEY-6: eight threads, each with its own connection."""
    kids = at_once(8, lambda: ensure_active_key(now=now).kid)

    assert len(set(kids)) == 1
    assert SigningKey.objects.count() == 1


def test_key_ids_never_begin_with_a_dash(settings: Any) -> None:
    """One thumbprint in 64 does, and `keys revoke` would take it for an option."""
    settings.TOKEN_SIGNING_ALGORITHM = "EdDSA"
    moment = datetime.now(UTC)

    assert not [
        kid
        for kid in (private_keys.new_key(now=moment).kid for _ in range(1000))
        if kid.startswith("-")
    ]

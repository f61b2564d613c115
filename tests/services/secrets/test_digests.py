"""The stored form of a secret: SEC-3 to SEC-5."""

import uuid

import pytest
from argon2 import extract_parameters
from argon2.low_level import Type

from clients_app import derived_keys
from clients_app.rules.secret_format import new_secret
from clients_app.services.secrets.digests import digest_fits, stored_form, tag_of

CLIENT_ID = uuid.uuid4()
pytestmark = pytest.mark.usefixtures("full_digests")


@pytest.fixture(scope="module")
def plain() -> str:
    return new_secret()


def test_digest_contains_its_argon2_parameters(plain: str):
    """SEC-4: Argon2id with 19 MiB, t=2, p=1, in the stored string."""
    stored = stored_form(plain, client_id=CLIENT_ID)

    assert stored.digest.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    parameters = extract_parameters(stored.digest)
    assert (parameters.type, parameters.salt_len, parameters.hash_len) == (Type.ID, 16, 32)


def test_stored_form_contains_only_the_last_four_characters(plain: str):
    stored = stored_form(plain, client_id=CLIENT_ID)

    assert stored.last_four == plain[-4:]
    assert plain[4:12] not in repr(stored)
    assert len(stored.tag) == 32


def test_stored_forms_of_the_same_secret_share_only_the_tag(plain: str):
    one, two = (stored_form(plain, client_id=CLIENT_ID) for _ in range(2))

    assert one.digest != two.digest
    assert one.tag == two.tag


def test_tag_depends_on_client_secret_and_key(plain: str):
    key = derived_keys.current_key(derived_keys.SECRET_TAGS)
    other_key = derived_keys.current_key(derived_keys.SIGNING_KEYS)
    tags = {
        tag_of(plain, client_id=CLIENT_ID, key=key),
        tag_of(plain, client_id=uuid.uuid4(), key=key),
        tag_of(plain + "x", client_id=CLIENT_ID, key=key),
        tag_of(plain, client_id=CLIENT_ID, key=other_key),
    }

    assert len(tags) == 4


def test_digest_matches_only_its_own_secret(plain: str):
    """SEC-8: exactly these characters, to the last."""
    digest = stored_form(plain, client_id=CLIENT_ID).digest

    assert digest_fits(plain, digest)
    for other in (plain[:-1], plain + "0", " " + plain, plain + "\x00", plain.swapcase(), ""):
        assert not digest_fits(other, digest)


def test_long_secrets_that_differ_in_the_last_byte_do_not_match():
    digest = stored_form("a" * 250, client_id=CLIENT_ID).digest

    assert digest_fits("a" * 250, digest)
    assert not digest_fits("a" * 249 + "b", digest)


@pytest.mark.parametrize("digest", ["", "x", "$argon2id$", "$2b$12$abc"])
def test_corrupt_digest_matches_nothing(plain: str, digest: str):
    assert not digest_fits(plain, digest)

"""The constraints on secrets, form keys and signing keys."""

from datetime import datetime
from uuid import uuid4

import pytest
from django.db import transaction
from django.db.models import F

from clients_app.models import Client, ClientSecret, SigningKey, Tenant, UsedFormKey
from tests.factories import insert_secrets, make_tenant
from tests.models.conftest import violates
from tests.moments import NOW, SECOND


def signing_key(state: str, signs_from: datetime | None = NOW) -> SigningKey:
    return SigningKey.objects.create(
        kid=uuid4().hex,
        algorithm="RS256",
        state=state,
        public_jwk={},
        private_part=b"",
        created_at=NOW,
        signs_from=signs_from,
    )


@pytest.mark.django_db
def test_second_active_or_next_signing_key_is_violates() -> None:
    for state in ("active", "next", "retired", "retired", "removed", "removed"):
        signing_key(state)
    for state in ("active", "next"):
        with violates(f"one_{state}_signing_key"), transaction.atomic():
            signing_key(state)
    with violates("one_active_signing_key"):
        SigningKey.objects.filter(state="next").update(state="active")


@pytest.mark.django_db
def test_next_signing_key_without_start_is_violates() -> None:
    signing_key("active", signs_from=None)
    with violates("next_signing_key_has_start"):
        signing_key("next", signs_from=None)


@pytest.mark.django_db
def test_unknown_state_of_a_signing_key_is_violates() -> None:
    with violates("signingkey_state_known"):
        signing_key("spare")


@pytest.mark.parametrize("again", ["key", "k" * 32 + "2"], ids=["the same", "the same beginning"])
def test_form_key_used_twice_by_one_actor_is_violates(client: Client, again: str) -> None:
    def use(actor_id: str, tenant: Tenant, key: str = "key") -> UsedFormKey:
        return UsedFormKey.objects.create(
            tenant=tenant, actor_id=actor_id, key=key, client=client, used_at=NOW
        )

    use("mara", client.tenant)
    use("noor", client.tenant)
    use("mara", make_tenant("Contoso"))
    use("mara", client.tenant, "k" * 32 + "1")
    with violates("form_key_(begin_)?unique"):
        use("mara", client.tenant, again)


DIGESTS = [
    "",
    "pcs_0123456789012345678901234567890123456789012abcdef",
    "$argon2i$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA",
    "$2b$12$abcdefghijklmnopqrstuv",
    " $argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA",
    "sha256$x",
]


@pytest.mark.parametrize("digest", DIGESTS)
def test_digest_of_another_algorithm_is_violates(client: Client, digest: str) -> None:
    insert_secrets(client, 1)

    with violates("secret_digest_is_argon2id"):
        ClientSecret.objects.update(digest=digest)


def test_secret_that_expires_before_its_creation_is_violates(client: Client) -> None:
    insert_secrets(client, 1)
    ClientSecret.objects.update(expires_at=F("created_at") + SECOND)
    ClientSecret.objects.update(expires_at=None)

    with violates("secret_expires_after_creation"):
        ClientSecret.objects.update(expires_at=F("created_at"))

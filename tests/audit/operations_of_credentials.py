"""Operations about secrets, public keys, federated identities and signing keys."""

from collections.abc import Callable
from typing import Any, Final

from django.test import override_settings
from joserfc.jwk import ECKey

from clients_app.services.credentials.assertion_rules import AssertionRules, set_assertion_rules
from clients_app.services.credentials.changes import CredentialDraft
from clients_app.services.credentials.identities import (
    IdentityDraft,
    add_identity,
    edit_identity,
    remove_identity,
)
from clients_app.services.credentials.key_rotation import rotate_key
from clients_app.services.credentials.keys import KeyDraft, add_keys, edit_key, remove_key
from clients_app.services.credentials.move import end_secrets
from clients_app.services.secrets.adding import add_secret
from clients_app.services.secrets.changes import SecretDraft, edit_secret, remove_secret
from clients_app.services.secrets.rotation import rotate_secret
from clients_app.services.signing_keys.rotation import reencrypt_keys, revoke_keys, rotate_keys
from tests.audit.subjects import FORMER, Subjects
from tests.moments import NOW

Call = Callable[[Subjects], object]

NEW_KEY: Final = KeyDraft(
    pasted=ECKey.generate_key("P-256").as_pem(private=False).decode(), expires_at=None
)


JOB: Final = IdentityDraft(issuer="https://issuer.example", subject_rule="job:new", expires_at=None)


NEVER: Final = SecretDraft(description="new", expires_at=None)


@override_settings(SECRET_KEY_FALLBACKS=[FORMER])
def end_former_secret_key(on: Subjects) -> object:
    return reencrypt_keys(**on.by)


OF_CREDENTIALS: Final[tuple[tuple[Callable[..., Any] | str, Call], ...]] = (
    (add_secret, lambda on: add_secret(on.client, NEVER, form_key="key", **on.by)),
    ("edit_secret", lambda on: edit_secret(on.client, on.secret_id, NEVER, **on.by)),
    (
        rotate_secret,
        lambda on: rotate_secret(
            on.client, on.secret_id, NEVER, old_ends_at=NOW, form_key="key", **on.by
        ),
    ),
    ("remove_secret", lambda on: remove_secret(on.client, on.secret_id, **on.by)),
    (
        add_keys,
        lambda on: add_keys(on.client, NEW_KEY, form_key="key", **on.by),
    ),
    (
        "edit_key",
        lambda on: edit_key(
            on.client,
            on.client_key_id,
            CredentialDraft(description="new", expires_at=None),
            **on.by,
        ),
    ),
    (
        rotate_key,
        lambda on: rotate_key(
            on.client, on.client_key_id, NEW_KEY, old_ends_at=NOW, form_key="key", **on.by
        ),
    ),
    (end_secrets, lambda on: end_secrets(on.client, ends_at=NOW, **on.by)),
    (
        set_assertion_rules,
        lambda on: set_assertion_rules(
            on.client,
            AssertionRules(demands_assertion_type=True),
            expected_version=on.client.version,
            **on.by,
        ),
    ),
    ("remove_key", lambda on: remove_key(on.client, on.client_key_id, **on.by)),
    (add_identity, lambda on: add_identity(on.client, JOB, form_key="key", **on.by)),
    (edit_identity, lambda on: edit_identity(on.client, on.identity_id, JOB, **on.by)),
    ("remove_identity", lambda on: remove_identity(on.client, on.identity_id, **on.by)),
    (rotate_keys, lambda on: rotate_keys(**on.by)),
    (revoke_keys, lambda on: revoke_keys([on.key.kid], **on.by)),
    (reencrypt_keys, end_former_secret_key),
)

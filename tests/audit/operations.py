"""Each operation of the services once: name of the function -> a call of it on the subjects."""

from collections.abc import Callable
from typing import Any, Final

from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.test import override_settings
from joserfc.jwk import ECKey

from clients_app.identity.one_time_links import make_one_time_link, send_link
from clients_app.identity.own_sessions import end_sessions
from clients_app.identity.passkeys.held import (
    add_passkey,
    passkeys_of,
    remove_passkey,
    rename_passkey,
)
from clients_app.identity.second_factors import (
    add_authenticator,
    remove_app,
    remove_factor,
    renew_recovery_codes,
)
from clients_app.identity.sign_on.people import link_account, unlink_accounts
from clients_app.rules.alerts import AlertKind
from clients_app.rules.sign_on_providers import SignOnProvider
from clients_app.rules.targets import Chosen, custom_target
from clients_app.rules.tenant_policy import TenantPolicy
from clients_app.selectors.activity.filters import ActivityFilter
from clients_app.services.activity.archive import seal_segment
from clients_app.services.activity.export import export_activity
from clients_app.services.alerts.settings import mute_alerts
from clients_app.services.apis.apis import add_api, edit_api, remove_api, set_introspectors
from clients_app.services.apis.drafts import ApiDraft
from clients_app.services.apis.may_call import MayCallDraft, set_may_call
from clients_app.services.apis.unused import remove_unused
from clients_app.services.authorizations.consents import grant, withdraw
from clients_app.services.clients.bulk import (
    add_owners,
    change_roles,
    enable_all,
    remove_all,
    tag_all,
)
from clients_app.services.clients.drafts import ClientDraft
from clients_app.services.clients.edits import assign_roles, edit_client, set_enabled
from clients_app.services.clients.export import export_clients
from clients_app.services.clients.owners import set_owners
from clients_app.services.clients.registration import register_client
from clients_app.services.clients.removal import remove_client, restore_client
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
from clients_app.services.declared.apply import NewSecrets, apply_document
from clients_app.services.declared.entries import parse_document
from clients_app.services.declared.export import record_export
from clients_app.services.notices.calendar_links import create_feed, remove_feed
from clients_app.services.notices.channel_settings import (
    remove_channel,
    renew_secret,
    send_test,
    set_channel,
)
from clients_app.services.notices.deliveries import retry
from clients_app.services.people.accounts import (
    add_person,
    assign_person_roles,
    save_password,
    set_active,
)
from clients_app.services.people.invitations import (
    invite_person,
    renew_invitation,
    withdraw_invitation,
)
from clients_app.services.people.ownership import hand_over
from clients_app.services.people.profile import edit_person
from clients_app.services.people.sign_ins import record_proof, record_sign_in, record_sign_out
from clients_app.services.roles.roles import add_role, edit_role, remove_role
from clients_app.services.secrets.adding import add_secret
from clients_app.services.secrets.changes import SecretDraft, edit_secret, remove_secret
from clients_app.services.secrets.rotation import rotate_secret
from clients_app.services.signing_keys.rotation import reencrypt_keys, revoke_keys, rotate_keys
from clients_app.services.tenants.policies import set_policies
from clients_app.services.tenants.tenants import add_tenant, rename_tenant
from clients_app.services.tokens.revocation import end_tokens
from tests.actors import actor_for
from tests.audit.subjects import FORMER, Subjects
from tests.factories import code_of, make_person
from tests.moments import NOW, SECOND
from tests.soft_authenticator import registration

NOT_MAILED: Final[dict[str, Any]] = {
    "role_ids": frozenset(),
    "confirms_administrator": False,
    "by_mail": False,
}
EXAMPLE: Final = SignOnProvider(
    id="1", issuer="https://login.example.com", client_id="x", client_secret="", name="Example"
)
NEW_KEY: Final = KeyDraft(
    pasted=ECKey.generate_key("P-256").as_pem(private=False).decode(), expires_at=None
)
JOB: Final = IdentityDraft(issuer="https://issuer.example", subject_rule="job:new", expires_at=None)
NEVER: Final = SecretDraft(description="new", expires_at=None)


def unlink_an_account(on: Subjects) -> object:
    link_account(on.person, EXAMPLE, "former", **on.by)
    return unlink_accounts(on.person, **on.by)


def hand_over_a_client(on: Subjects) -> int:
    on.client.owners.add(on.person)
    return hand_over(on.person, make_person("successor", on.person.tenant), **on.by)


@override_settings(MAIL={"EMAIL_HOST": "127.0.0.1"})
def mail_link(on: Subjects) -> None:
    on.other.email = "bob@herons.example"
    send_link(on.other, **on.by)


def add_app(on: Subjects) -> object:
    """Set up an authenticator app for the other person, who has none yet."""
    secret, person = generate_totp_secret(), on.other
    return add_authenticator(person, secret, code_of(secret), actor=actor_for(person), now=NOW)


def add_a_passkey(on: Subjects) -> object:
    """Add a passkey to the account of the other person."""
    person = on.other
    return add_passkey(person, registration(person), "Laptop", actor=actor_for(person), now=NOW)


def rename_a_passkey(on: Subjects) -> object:
    add_a_passkey(on)
    passkey = passkeys_of(on.other)[0]
    return rename_passkey(on.other, passkey.id, "Phone", actor=actor_for(on.other), now=NOW)


def remove_a_passkey(on: Subjects) -> object:
    add_a_passkey(on)
    passkey = passkeys_of(on.other)[0]
    return remove_passkey(on.other, passkey.id, actor=actor_for(on.other), now=NOW)


def consent(on: Subjects) -> None:
    """Let the client have the scope of the API, and know who the person is."""
    target = custom_target(str(on.api.pk), on.api.identifier, ("read",))
    chosen = Chosen(target, "read", "read", is_named=False, identity_scope="openid")
    grant(on.person, on.client, chosen, **on.by)


def withdraw_consent(on: Subjects) -> None:
    consent(on)
    withdraw(on.person, on.client, **on.by)


@override_settings(SECRET_KEY_FALLBACKS=[FORMER])
def end_former_secret_key(on: Subjects) -> object:
    return reencrypt_keys(**on.by)


OPERATIONS: Final[dict[str, Callable[[Subjects], object]]] = {
    operation.__name__: call
    for operation, call in (
        (
            register_client,
            lambda on: register_client(ClientDraft(name="New"), NEVER, form_key="key", **on.by),
        ),
        (
            edit_client,
            lambda on: edit_client(
                on.client,
                ClientDraft(name="New"),
                expected_version=on.client.version,
                **on.by,
            ),
        ),
        (
            assign_roles,
            lambda on: assign_roles(
                on.client,
                frozenset({on.role.pk}),
                confirms_administrator=False,
                expected_version=on.client.version,
                **on.by,
            ),
        ),
        (set_enabled, lambda on: set_enabled(on.client, enabled=False, **on.by)),
        (
            set_owners,
            lambda on: set_owners(
                on.client,
                frozenset({on.person.pk}),
                expected_version=on.client.version,
                **on.by,
            ),
        ),
        (enable_all, lambda on: enable_all([on.client.pk], enabled=False, **on.by)),
        (tag_all, lambda on: tag_all([on.client.pk], add=["new"], remove=[], **on.by)),
        (add_owners, lambda on: add_owners([on.client.pk], frozenset({on.person.pk}), **on.by)),
        (
            change_roles,
            lambda on: change_roles(
                [on.client.pk],
                add=frozenset({on.role.pk}),
                remove=frozenset(),
                confirms_administrator=False,
                **on.by,
            ),
        ),
        (remove_all, lambda on: remove_all([on.client.pk], confirmed=None, **on.by)),
        (export_clients, lambda on: export_clients([on.client.pk], query="", **on.by).close()),
        (record_export, lambda on: record_export(**on.by)),
        (
            apply_document,
            lambda on: apply_document(
                parse_document({"roles": [{"name": "New"}]}),
                NewSecrets(draft=NEVER, hashed=[]),
                **on.by,
            ),
        ),
        (remove_client, lambda on: remove_client(on.client, **on.by)),
        (restore_client, lambda on: restore_client(on.removed.pk, **on.by)),
        (add_secret, lambda on: add_secret(on.client, NEVER, form_key="key", **on.by)),
        (edit_secret, lambda on: edit_secret(on.client, on.secret_id, NEVER, **on.by)),
        (
            rotate_secret,
            lambda on: rotate_secret(
                on.client, on.secret_id, NEVER, old_ends_at=NOW, form_key="key", **on.by
            ),
        ),
        (remove_secret, lambda on: remove_secret(on.client, on.secret_id, **on.by)),
        (
            add_keys,
            lambda on: add_keys(on.client, NEW_KEY, form_key="key", **on.by),
        ),
        (
            edit_key,
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
        (remove_key, lambda on: remove_key(on.client, on.client_key_id, **on.by)),
        (add_identity, lambda on: add_identity(on.client, JOB, form_key="key", **on.by)),
        (edit_identity, lambda on: edit_identity(on.client, on.identity_id, JOB, **on.by)),
        (remove_identity, lambda on: remove_identity(on.client, on.identity_id, **on.by)),
        (add_role, lambda on: add_role("New", description="", **on.by)),
        (edit_role, lambda on: edit_role(on.role.pk, name="New", description="", **on.by)),
        (remove_role, lambda on: remove_role(on.role.pk, **on.by)),
        (
            add_api,
            lambda on: add_api(ApiDraft(name="New", identifier="urn:example:new"), **on.by),
        ),
        (
            edit_api,
            lambda on: edit_api(
                on.api.pk,
                ApiDraft(name="New", identifier="urn:example:new"),
                expected_version=1,
                **on.by,
            ),
        ),
        (remove_api, lambda on: remove_api(on.api.pk, seen=None, **on.by)),
        (
            set_introspectors,
            lambda on: set_introspectors(
                on.api.pk, frozenset({on.client.pk}), expected_version=1, **on.by
            ),
        ),
        (
            set_may_call,
            lambda on: set_may_call(
                on.client, MayCallDraft(), expected_version=on.client.version, **on.by
            ),
        ),
        (
            remove_unused,
            lambda on: remove_unused(on.client, expected_version=on.client.version, **on.by),
        ),
        (add_person, lambda on: add_person("new", role_ids=frozenset(), **on.by)),
        (
            save_password,
            lambda on: save_password(on.person, actor=actor_for(on.person), now=NOW),
        ),
        (
            assign_person_roles,
            lambda on: assign_person_roles(on.person, frozenset({on.role.pk}), **on.by),
        ),
        (
            invite_person,
            lambda on: invite_person("new", **NOT_MAILED, **on.by),
        ),
        (
            renew_invitation,
            lambda on: renew_invitation(on.invited, by_mail=False, **on.by),
        ),
        (withdraw_invitation, lambda on: withdraw_invitation(on.invited, **on.by)),
        (
            edit_person,
            lambda on: edit_person(on.person, name="New", email="", **on.by),
        ),
        (send_link, mail_link),
        (set_active, lambda on: set_active(on.person, active=False, **on.by)),
        (hand_over, hand_over_a_client),
        (add_authenticator, add_app),
        (
            renew_recovery_codes,
            lambda on: renew_recovery_codes(on.person, actor=actor_for(on.person), now=NOW),
        ),
        (add_passkey, add_a_passkey),
        (rename_passkey, rename_a_passkey),
        (remove_passkey, remove_a_passkey),
        (remove_app, lambda on: remove_app(on.person, actor=actor_for(on.person), now=NOW)),
        (remove_factor, lambda on: remove_factor(on.person, **on.by)),
        (end_sessions, lambda on: end_sessions(on.person, **on.by)),
        (link_account, lambda on: link_account(on.person, EXAMPLE, "new", **on.by)),
        (unlink_accounts, unlink_an_account),
        (grant, consent),
        (withdraw, withdraw_consent),
        (seal_segment, lambda on: seal_segment(before=NOW + SECOND, **on.by)),
        (record_sign_in, lambda on: record_sign_in(on.person, **on.by)),
        (record_sign_out, lambda on: record_sign_out(on.person, **on.by)),
        (record_proof, lambda on: record_proof(on.person, **on.by)),
        (make_one_time_link, lambda on: make_one_time_link(on.person, **on.by)),
        (
            export_activity,
            lambda on: export_activity(
                ActivityFilter(tenant_id=on.tenant.pk), "csv", query="", **on.by
            ),
        ),
        (
            add_tenant,
            lambda on: add_tenant("Contoso", actor=on.by["actor"], now=NOW),
        ),
        (rename_tenant, lambda on: rename_tenant(on.tenant, name="Renamed", **on.by)),
        (end_tokens, lambda on: end_tokens(on.client, **on.by)),
        (rotate_keys, lambda on: rotate_keys(**on.by)),
        (revoke_keys, lambda on: revoke_keys([on.key.kid], **on.by)),
        (
            set_channel,
            lambda on: set_channel("webhook", {"url": "https://new.example.com/"}, **on.by),
        ),
        (renew_secret, lambda on: renew_secret("webhook", **on.by)),
        (remove_channel, lambda on: remove_channel("webhook", **on.by)),
        (send_test, lambda on: send_test("webhook", email="", **on.by)),
        (retry, lambda on: retry(on.failed.pk, **on.by)),
        (create_feed, lambda on: create_feed(on.person, **on.by)),
        (remove_feed, lambda on: remove_feed(on.person, **on.by)),
        (
            set_policies,
            lambda on: set_policies(
                TenantPolicy(secret_days_max=90),
                expected_version=1,
                confirms_ends=False,
                **on.by,
            ),
        ),
        (
            mute_alerts,
            lambda on: mute_alerts({AlertKind.SILENT: True}, expected_version=1, **on.by),
        ),
        (reencrypt_keys, end_former_secret_key),
    )
}

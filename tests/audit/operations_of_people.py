"""Operations about people: accounts, sign-ins, second factors, sessions and consents."""

from collections.abc import Callable
from typing import Any, Final

from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.test import override_settings

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
from clients_app.rules.sign_on_providers import SignOnProvider
from clients_app.rules.targets import Chosen, custom_target
from clients_app.services.authorizations.consents import grant, withdraw
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
from tests.actors import actor_for
from tests.audit.subjects import Subjects
from tests.factories import code_of, make_person
from tests.moments import NOW
from tests.soft_authenticator import registration

Call = Callable[[Subjects], object]

NOT_MAILED: Final[dict[str, Any]] = {
    "role_ids": frozenset(),
    "confirms_administrator": False,
    "by_mail": False,
}


EXAMPLE: Final = SignOnProvider(
    id="1", issuer="https://login.example.com", client_id="x", client_secret="", name="Example"
)


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


OF_PEOPLE: Final[tuple[tuple[Callable[..., Any], Call], ...]] = (
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
    (record_sign_in, lambda on: record_sign_in(on.person, **on.by)),
    (record_sign_out, lambda on: record_sign_out(on.person, **on.by)),
    (record_proof, lambda on: record_proof(on.person, **on.by)),
    (make_one_time_link, lambda on: make_one_time_link(on.person, **on.by)),
)

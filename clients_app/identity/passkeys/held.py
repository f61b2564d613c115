"""The passkeys of a person: listed, added, renamed and removed, each change with its event."""

from datetime import datetime
from typing import NamedTuple

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import QuerySet
from fido2.webauthn import RegistrationResponse

from clients_app import audit
from clients_app.actors import Actor
from clients_app.errors import Conflict, SentBefore, existing, gettext_noop
from clients_app.identity.factor_status import PASSKEY
from clients_app.identity.own_factors import first_codes, lock_factors, remove_row, require_self
from clients_app.identity.own_sessions import end_sessions
from clients_app.identity.passkeys.ceremony import challenge_key
from clients_app.limits import PASSKEY_NAME_MAX, PASSKEYS_MAX
from clients_app.models import Person
from clients_app.rules.names import clean_line
from clients_app.services import form_keys

COUNT = "sign_count"  # in the data of a passkey: the last one that its device told


class Passkey(NamedTuple):
    """A passkey as its person sees it."""

    id: int
    name: str
    created_at: datetime
    last_used_at: datetime | None


def passkey_rows(person: Person) -> QuerySet[Authenticator]:
    """Return the rows of allauth, the oldest first."""
    return Authenticator.objects.filter(user_id=person.pk, type=PASSKEY).order_by("pk")


def passkeys_of(person: Person) -> list[Passkey]:
    """Return the passkeys of ``person``, the oldest first."""
    return [
        Passkey(row.pk, row.data["name"], row.created_at, row.last_used_at)
        for row in passkey_rows(person)
    ]


def get_passkey(person: Person, passkey_id: int) -> Passkey:
    """Return a passkey of ``person``. Errors: NotFound."""
    held = [one for one in passkeys_of(person) if one.id == passkey_id]
    return existing(held[0] if held else None, gettext_noop("There is no such passkey."))


def clean_passkey_name(text: str) -> str:
    """Return ``text`` trimmed, "Passkey" if nothing was typed, or raise RuleBroken (name).

    The device has made a passkey already when its name is checked: it needs no name.
    """
    return clean_line(text, maximum=PASSKEY_NAME_MAX, field="name") or "Passkey"


def add_passkey(
    person: Person, made: RegistrationResponse, name: str, *, actor: Actor, now: datetime
) -> list[str]:
    """Add a passkey that ``new_passkey`` has checked; return the recovery codes as for an app.

    Errors: RuleBroken (name); Conflict for a known passkey, one too many, or a challenge that was
    answered before; Forbidden.
    """
    require_self(person, actor=actor)
    name = clean_passkey_name(name)
    try:
        with form_keys.once(challenge_key(made.response.client_data), actor=actor, now=now):
            return _add(person, made, name, actor=actor, now=now)
    except SentBefore as error:
        raise Conflict(gettext_noop("That took too long. Use the passkey again.")) from error


def _add(
    person: Person, made: RegistrationResponse, name: str, *, actor: Actor, now: datetime
) -> list[str]:
    lock_factors(person)
    known = Authenticator.objects.filter(type=PASSKEY, data__credential__id=made.id)
    if known.exists():  # of anybody: its device tells people apart (WebAuthn 7.1, step 26)
        raise Conflict(gettext_noop("This passkey was added before."))
    if passkey_rows(person).count() >= PASSKEYS_MAX:
        sentence = gettext_noop("You have %(most)d passkeys, the most. Remove one first.")
        raise Conflict(sentence, most=PASSKEYS_MAX)
    data = {
        "name": name,
        "credential": _kept(made),
        COUNT: made.response.attestation_object.auth_data.counter,
    }
    Authenticator.objects.create(user=person, type=PASSKEY, data=data, created_at=now)
    codes = first_codes(person)
    after = {"passkey": name}
    audit.record("person.passkey.added", person, actor=actor, now=now, after=after)
    return codes


def rename_passkey(
    person: Person, passkey_id: int, name: str, *, actor: Actor, now: datetime
) -> None:
    """Give a passkey another name. Errors: RuleBroken (name); NotFound; Forbidden."""
    require_self(person, actor=actor)
    name = clean_passkey_name(name)
    with transaction.atomic():
        row = _locked(person, passkey_id)
        before, row.data["name"] = row.data["name"], name
        if before == name:
            return
        row.save(update_fields=["data"])
        audit.record(
            "person.passkey.renamed",
            person,
            actor=actor,
            now=now,
            before={"passkey": before},
            after={"passkey": name},
        )


def remove_passkey(
    person: Person, passkey_id: int, *, actor: Actor, now: datetime, session_id: str = ""
) -> str:
    """Remove a passkey, and end the sessions but the one of ``session_id``; return its name.

    Errors: Conflict if it is the last second factor of somebody who must have one; NotFound;
    Forbidden.
    """
    require_self(person, actor=actor)
    with transaction.atomic():
        row = _locked(person, passkey_id)
        remove_row(row, person)
        end_sessions(person, spare=session_id, actor=actor, now=now)
        name: str = row.data["name"]
        before = {"passkey": name}
        audit.record("person.passkey.removed", person, actor=actor, now=now, before=before)
    return name


def _locked(person: Person, passkey_id: int) -> Authenticator:
    lock_factors(person)
    row = passkey_rows(person).filter(pk=passkey_id).first()
    return existing(row, gettext_noop("There is no such passkey."))


def _kept(made: RegistrationResponse) -> dict[str, object]:
    """Return what allauth reads again of a registration; nothing else that a browser sent."""
    sent = dict(made)
    response = {name: sent["response"][name] for name in ("clientDataJSON", "attestationObject")}
    known = {name: sent[name] for name in ("id", "rawId", "type")}
    return {**known, "response": response, "clientExtensionResults": {"credProps": {"rk": True}}}

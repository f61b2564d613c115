"""Reads about second factors: who has one, and who must have one."""

from typing import Final, NamedTuple
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from clients_app.identity.passkeys.ceremony import relying_party
from clients_app.models import Person, Tenant
from clients_app.selectors.people.lookup import people_who_administer

CODES: int = 10  # recovery codes of a person; see MFA_RECOVERY_CODE_COUNT

MUST_SET_UP: str = "At the first sign-in, %(username)s must set up a second factor."

APP: Final = Authenticator.Type.TOTP
PASSKEY: Final = Authenticator.Type.WEBAUTHN
#: what counts as a second factor; recovery codes alone are none
_KINDS: Final = (PASSKEY, APP)


class Ways(NamedTuple):
    """How a person proves who they are beside their password, for the screens that ask."""

    by_code: bool  # a recovery code at least: they have a second factor
    by_app: bool
    by_passkey: bool


def has_factor(person: Person) -> bool:
    """Return whether ``person`` signs in with a passkey or a code."""
    return _factors().filter(user_id=person.pk).exists()


def authenticator_of(person: Person) -> Authenticator | None:
    """Return the authenticator app of ``person``, if any."""
    return Authenticator.objects.filter(user_id=person.pk, type=APP).first()


def ways_of(person: Person) -> Ways:
    """Return how ``person`` proves who they are; passkeys only where browsers have them."""
    kinds = set(_factors().filter(user_id=person.pk).values_list("type", flat=True))
    return Ways(bool(kinds), APP in kinds, PASSKEY in kinds and bool(relying_party()))


def recovery_codes_left(person: Person) -> int:
    """Return the number of unused recovery codes."""
    kind = Authenticator.Type.RECOVERY_CODES
    row = Authenticator.objects.filter(user_id=person.pk, type=kind).first()
    return CODES - row.data["used_mask"].bit_count() if row else 0


def must_have_factor(person: Person) -> bool:
    """Return whether ``person`` needs a second factor (POL-2).

    REQUIRE_MFA requires one of everyone, the policy of a tenant of its administrators. Staff act in
    every tenant: they need one where any tenant does, and always where the portal is public.
    """
    if settings.REQUIRE_MFA or (person.is_staff and settings.HTTPS):
        return True
    demanding = Tenant.objects.filter(mfa_for_administrators=True)
    if person.is_staff:
        return demanding.exists()
    administers = people_who_administer(person.tenant_id).filter(pk=person.pk)
    return demanding.filter(pk=person.tenant_id).exists() and administers.exists()


def lacks_demanded_factor(person: Person) -> bool:
    """Return whether ``person`` must set up a second factor before anything else."""
    return must_have_factor(person) and not has_factor(person)


def administrators_without_factor(tenant_id: UUID) -> QuerySet[Person]:
    """Return the active Tenant Administrators who sign in with only a password."""
    theirs = _factors().filter(user_id=OuterRef("pk"))
    return people_who_administer(tenant_id).exclude(Exists(theirs))


def _factors() -> QuerySet[Authenticator]:
    return Authenticator.objects.filter(type__in=_KINDS)

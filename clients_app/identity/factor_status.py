"""Reads about second factors: who has one, and who must have one."""

from uuid import UUID

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from clients_app.models import Person, Tenant
from clients_app.selectors.people.lookup import people_who_administer

CODES: int = 10  # recovery codes of a person; see MFA_RECOVERY_CODE_COUNT

MUST_SET_UP: str = "At the first sign-in, %(username)s must set up an authenticator app."


def has_factor(person: Person) -> bool:
    """Return whether ``person`` signs in with a code."""
    return _apps().filter(user_id=person.pk).exists()


def authenticator_of(person: Person) -> Authenticator | None:
    """Return the authenticator app of ``person``, if any."""
    return _apps().filter(user_id=person.pk).first()


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
    theirs = _apps().filter(user_id=OuterRef("pk"))
    return people_who_administer(tenant_id).exclude(Exists(theirs))


def _apps() -> QuerySet[Authenticator]:
    return Authenticator.objects.filter(type=Authenticator.Type.TOTP)

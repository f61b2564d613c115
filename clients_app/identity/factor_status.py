"""Reads about second factors: who has one, and who must have one."""

from uuid import UUID

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from clients_app.models import Person
from clients_app.selectors.people.lookup import people_who_administer

CODES: int = 10  # recovery codes of a person; see MFA_RECOVERY_CODE_COUNT


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


def lacks_demanded_factor(person: Person) -> bool:
    """Return whether ``person`` must set up a second factor before anything else (POL-2).

    REQUIRE_MFA requires one of everyone, the policy of a tenant of its administrators.
    """
    if settings.REQUIRE_MFA:
        return not has_factor(person)
    administrators = administrators_without_factor(person.tenant_id)
    return administrators.filter(pk=person.pk, tenant__mfa_for_administrators=True).exists()


def administrators_without_factor(tenant_id: UUID) -> QuerySet[Person]:
    """Return the active Tenant Administrators who sign in with only a password."""
    theirs = _apps().filter(user_id=OuterRef("pk"))
    return people_who_administer(tenant_id).exclude(Exists(theirs))


def _apps() -> QuerySet[Authenticator]:
    return Authenticator.objects.filter(type=Authenticator.Type.TOTP)

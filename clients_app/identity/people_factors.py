"""Reads about the second factors of many people at once, for the list of people."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clients_app.models import Person

#: what counts as a second factor; recovery codes alone are none
FACTORS: Final[dict[str, str | Promise]] = {
    Authenticator.Type.WEBAUTHN: _("Passkey"),
    Authenticator.Type.TOTP: _("Authenticator app"),
}


def factors_of(person_ids: Iterable[UUID]) -> dict[UUID, list[str]]:
    """Return the names of the second factors of each person who has any."""
    rows = Authenticator.objects.filter(user_id__in=list(person_ids), type__in=FACTORS)
    held: dict[UUID, set[str]] = {}
    for person_id, kind in rows.values_list("user_id", "type"):
        held.setdefault(person_id, set()).add(kind)
    return {
        person_id: [str(label) for kind, label in FACTORS.items() if kind in kinds]
        for person_id, kinds in held.items()
    }


def people_without_factor(people: QuerySet[Person]) -> QuerySet[Person]:
    """Return those of ``people`` who sign in with a password alone."""
    theirs = Authenticator.objects.filter(user_id=OuterRef("pk"), type__in=FACTORS)
    return people.exclude(Exists(theirs))

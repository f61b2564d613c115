"""The public keys of a client."""

from datetime import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from clients_app.errors import existing, gettext_noop
from clients_app.models import Client, FetchedKeySet
from clients_app.selectors.credentials.identities import with_last_use
from clients_app.selectors.periods import EXPIRED_LISTED


def listed_keys(client: Client, *, now: datetime) -> list[Any]:
    """Return the live and the recently expired public keys, newest first.

    Each has ``last_used_at`` and ``last_used_address``; one by address also has ``fetched_at`` and
    ``failure``, which says why its keys could not be fetched the last time.
    """
    return list(_listed(client, now).order_by("-id"))


def get_key(client: Client, key_id: int, *, now: datetime) -> Any:
    """Return one of ``listed_keys``, or raise NotFound."""
    found = _listed(client, now).filter(pk=key_id).first()
    return existing(found, gettext_noop("There is no such public key. It may have been removed."))


def _listed(client: Client, now: datetime) -> QuerySet[Any]:
    fetched = FetchedKeySet.objects.filter(url=OuterRef("jwks_url"), is_issuer=False)
    return with_last_use(client.keys.live(now - EXPIRED_LISTED), "key").annotate(
        fetched_at=Subquery(fetched.values("fetched_at")),
        failure=Coalesce(Subquery(fetched.values("failure")), Value("")),
    )

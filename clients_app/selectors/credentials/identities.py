"""The federated identities of a client."""

from datetime import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from clients_app import conf
from clients_app.errors import existing, gettext_noop
from clients_app.models import Client, FederatedIdentity, TokenUsage
from clients_app.rules.federation.trust import Trust
from clients_app.selectors.periods import EXPIRED_LISTED


def listed_identities(client: Client, *, now: datetime) -> list[Any]:
    """Return the live and the recently expired federated identities, newest first.

    Each has ``last_used_at`` and ``last_used_address``.
    """
    return list(_listed(client, now).order_by("-id"))


def get_identity(client: Client, identity_id: int, *, now: datetime) -> Any:
    """Return one of ``listed_identities``, or raise NotFound."""
    found = _listed(client, now).filter(pk=identity_id).first()
    sentence = gettext_noop("There is no such federated identity. It may have been removed.")
    return existing(found, sentence)


def with_last_use(rows: QuerySet[Any], kind: str) -> QuerySet[Any]:
    """Return ``rows`` with when and from where tokens were last requested with each.

    ``kind`` is the column of TokenUsage that names them.
    """
    usage = TokenUsage.objects.filter(**{kind: OuterRef("pk")}).order_by("-hour")
    return rows.annotate(
        last_used_at=Subquery(usage.values("last_at")[:1]),
        last_used_address=Subquery(usage.values("last_address")[:1]),
    )


def trust_of_row(identity: FederatedIdentity) -> Trust:
    """Return what ``identity`` trusts, for its grade."""
    return Trust(
        preset=identity.preset,
        issuer=identity.issuer,
        audience="" if identity.audience == conf.issuer() else identity.audience,
        subject_rule=identity.subject_rule,
        claim_rules=identity.claim_rules,
        has_pasted_keys=identity.jwks is not None,
    )


def _listed(client: Client, now: datetime) -> QuerySet[Any]:
    return with_last_use(client.identities.live(now - EXPIRED_LISTED), "identity")

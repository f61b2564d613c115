"""The federated identities of a client."""

from datetime import datetime

from clients_app import conf
from clients_app.errors import existing, gettext_noop
from clients_app.models import Client, FederatedIdentity
from clients_app.rules.federation.trust import Trust
from clients_app.selectors.periods import EXPIRED_LISTED


def listed_identities(client: Client, *, now: datetime) -> list[FederatedIdentity]:
    """Return the live and the recently expired federated identities, newest first."""
    return list(client.identities.live(now - EXPIRED_LISTED).order_by("-id"))


def get_identity(client: Client, identity_id: int, *, now: datetime) -> FederatedIdentity:
    """Return one of ``listed_identities``, or raise NotFound."""
    found = client.identities.live(now - EXPIRED_LISTED).filter(pk=identity_id).first()
    sentence = gettext_noop("There is no such federated identity. It may have been removed.")
    return existing(found, sentence)


def trust_of_row(identity: FederatedIdentity) -> Trust:
    """Return what ``identity`` trusts, for its grade."""
    return Trust(
        preset=identity.preset,
        issuer=identity.issuer,
        audience="" if identity.audience == conf.issuer() else identity.audience,
        subject_rule=identity.subject_rule,
        claim_rules=identity.claim_rules,
    )

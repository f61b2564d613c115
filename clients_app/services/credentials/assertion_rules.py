"""Sets which assertions of a client are accepted, by the switches of CRE-4."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from clients_app.actors import Actor
from clients_app.models import Client
from clients_app.permissions import Action, require
from clients_app.services.clients.edits import save_changes
from clients_app.services.credentials.adding import refuse_client_type
from clients_app.services.locks import locked, refuse_stale


@dataclass(frozen=True, slots=True, kw_only=True)
class AssertionRules:
    """The switches of a client: a stricter ``typ``, and the token endpoint as ``aud``."""

    demands_assertion_type: bool = False
    accepts_token_endpoint_audience: bool = False


@transaction.atomic
def set_assertion_rules(
    client: Client,
    rules: AssertionRules,
    *,
    expected_version: int | None,
    actor: Actor,
    now: datetime,
) -> Client:
    """Apply ``rules`` from the next request on.

    Errors: Forbidden; ProofRequired; RuleBroken for a client that has no keys; ChangedMeanwhile;
    NotFound.
    """
    client = locked(client)
    require(actor, Action.EXTEND_CREDENTIAL, client=client)
    refuse_client_type(client)
    after = asdict(rules)
    before = {name: getattr(client, name) for name in after}
    if before != after:
        refuse_stale(client, expected_version, by=client.updated_by)
    for name, value in after.items():
        setattr(client, name, value)
    save_changes(client, "client.edited", before, after, actor=actor, now=now)
    return client

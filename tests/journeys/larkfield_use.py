"""How clients of the examples are used."""

from datetime import datetime, timedelta
from typing import Final

from joserfc.jwk import ECKey

from clients_app.actors import Actor
from clients_app.limits import SECRETS_MAX
from clients_app.models import Client
from clients_app.services.credentials.identities import IdentityDraft, add_identity
from clients_app.services.credentials.keys import KeyDraft, add_keys
from clients_app.services.secrets.adding import add_secret
from clients_app.services.secrets.changes import SecretDraft
from clients_app.services.secrets.rotation import rotate_secret
from clients_app.services.tokens.credentials import Credential
from clients_app.services.usage import counts, refused_requests
from tests.journeys.near_misses import insert_near_misses

DAY: Final = timedelta(days=1)
MINUTE: Final = timedelta(minutes=1)
YEAR: Final = 365 * DAY


def rotate_by_hand(client: Client, actor: Actor, now: datetime) -> None:
    """Give the client a second secret, used alongside the first, a key and an identity."""
    draft = SecretDraft(description="Gateway firmware 4.2", expires_at=now + YEAR)
    added = add_secret(client, draft, actor=actor, now=now - 20 * MINUTE)
    use(client, added.secret.pk, now - 4 * MINUTE, tokens=7)
    counts.flush()
    public = ECKey.generate_key("P-256").as_pem(private=False).decode()
    key = KeyDraft(pasted=public, description="Gateway", expires_at=now + YEAR)
    add_keys(client, key, actor=actor, now=now - 10 * MINUTE)
    job = IdentityDraft(
        preset="github",
        issuer="https://token.actions.githubusercontent.com",
        subject_rule="repo:larkfield/pumps:environment:production",
        description="Deployment",
        expires_at=None,
    )
    deployment = add_identity(client, job, actor=actor, now=now - 10 * MINUTE)
    insert_near_misses(client, deployment, "repo:larkfield/pumps:pull_request", now=now)


def rotate(client: Client, actor: Actor, now: datetime) -> None:
    """Rotate its secret; the old one is still in use, and an unknown one is refused."""
    old, draft = client.secrets.get(), SecretDraft(description="Next", expires_at=now + YEAR)
    rotate_secret(client, old.pk, draft, old_ends_at=now + DAY, actor=actor, now=now - 20 * MINUTE)
    use(client, old.pk, now - 2 * MINUTE, tokens=3)
    wrong = f"pcs_{'0' * 49}"
    refused_requests.count_refused_secret(
        client.pk, wrong, is_known=True, address="203.0.113.9", now=now - MINUTE
    )
    counts.flush()
    refused_requests.flush()


def fill(client: Client, actor: Actor, now: datetime) -> None:
    """Give the client the maximum number of secrets."""
    for number in range(client.secrets.count(), SECRETS_MAX):
        draft = SecretDraft(description=f"Reader {number}", expires_at=now + YEAR)
        add_secret(client, draft, actor=actor, now=now - DAY)


def use(client: Client, secret_id: int, last: datetime, *, tokens: int) -> None:
    for number in reversed(range(tokens)):
        counts.count_token(
            str(client.pk),
            Credential.of_secret(secret_id),
            lifetime_s=client.token_lifetime_s,
            address="198.51.100.23",
            now=last - number * 40 * MINUTE,
        )

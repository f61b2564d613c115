"""A signing key, and tokens issued and verified with it."""

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from clients_app import conf
from clients_app.services.signing_keys.rotation import ensure_active_key
from clients_app.services.tokens.access_tokens import AccessToken, issue_access_token
from clients_app.services.tokens.claims import Subject, TokenTemplate
from clients_app.services.tokens.credentials import Credential

MOMENT = datetime(2026, 11, 23, 12, 0, 0, 900_000, tzinfo=UTC)
SECONDS = int(MOMENT.timestamp())
TENANT_ID = str(uuid.uuid4())
SECRET = Credential.of_secret(7)
CLIENT = Subject(
    id=str(uuid.uuid4()),
    role_names=("MyData.Role", "Tenant Member"),
    role_ids=(str(uuid.uuid4()), str(uuid.uuid4())),
)
AUDIENCE = "http://localhost:8000"


@pytest.fixture
def kid(db: None, settings: Any) -> str:
    settings.TOKEN_SIGNING_ALGORITHM = "ES256"
    return ensure_active_key(now=MOMENT).kid


def new_token(
    subject: Subject = CLIENT, *, scope: str = "api", credential: Credential | None = SECRET
) -> TokenTemplate:
    """Return a token about ``subject`` for CLIENT."""
    return TokenTemplate(
        issuer=conf.issuer(),
        audience=conf.token_audience(),
        client_id=CLIENT.id,
        tenant_id=TENANT_ID,
        lifetime_s=600,
        credential=credential,
        subject=subject,
        scope=scope,
    )


def issued(
    kid: str, new: TokenTemplate | None = None, now: datetime = MOMENT, **extra_claims: Any
) -> str:
    new = new or new_token()
    return issue_access_token(new, kid=kid, now=now, extra_claims=extra_claims).token


def verified(token: str, *, audience: str = AUDIENCE, now: datetime = MOMENT) -> AccessToken:
    with time_machine.travel(now, tick=False):
        return AccessToken(token, audience=audience)

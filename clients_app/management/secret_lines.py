"""A secret as `manage.py` prints it: with its text only when it is new; times are in UTC."""

import json
from datetime import UTC, datetime
from typing import Any

from clients_app import conf
from clients_app.http.credential_json import credential_json
from clients_app.http.json_models import moment
from clients_app.management.secret_options import in_words
from clients_app.models import Client, ClientSecret


def secret_values(secret: Any) -> dict[str, Any]:
    """Return one of ``listed_secrets`` as the REST API does, with its last characters and use."""
    return credential_json(secret) | {
        "EndsIn": secret.last_four,
        "LastUsed": moment(secret.last_used_at),
        "LastUsedFrom": secret.last_used_address,
    }


def minute(at: datetime | None) -> str:
    """Return a moment in UTC, to the minute; "never" for None."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}" if at else "never"


def second(at: datetime | None) -> str | None:
    """Return a moment in UTC, to the second, as JSON has it; None for None."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if at else None


def created_lines(
    client: Client, secret: ClientSecret | None, plain: str, *, as_json: bool, sealed: str = ""
) -> str:
    """Return what a program needs of a client with a new secret, or with none.

    With ``sealed``, a JWE, there is no ``plain`` text.
    """
    endpoint = f"{conf.issuer()}/connect/token"
    shown = {"client_secret_jwe": sealed} if sealed else {"client_secret": plain}
    if as_json:
        values: dict[str, Any] = {"client_id": str(client.pk), "token_endpoint": endpoint}
        if secret is not None:
            own = {"expires_at": second(secret.expires_at), "secret_id": secret.pk}
            values = {"client_id": str(client.pk), **shown, "token_endpoint": endpoint, **own}
        return json.dumps(values)
    if secret is None:
        return f"Client Id:      {client.pk}\nIssuer:         {conf.issuer()}"
    lines = [
        f"Client Id:      {client.pk}",
        f"Client Secret:  {sealed or plain}",
        f"Expires:        {in_words(secret.expires_at)}",
        f"Token endpoint: {endpoint}",
        "The Client Secret is a JWE: only the owner of the private key can read it."
        if sealed
        else "Save the Client Secret now: it cannot be shown again.",
    ]
    return "\n".join(lines)

"""Requests of clients at any moment, counted as by the token endpoint, and the alerts on them."""

from datetime import datetime, timedelta
from typing import Any

from clients_app.models import Alert, Client, Delivery
from clients_app.rules.alerts import AlertKind
from clients_app.services.alerts.watch import watch
from clients_app.services.tokens.credentials import Credential
from clients_app.services.usage import counts
from clients_app.services.usage.refused_requests import count_unproved_request
from tests.moments import NOW

HOME = "192.0.2.1"
HOUR = timedelta(hours=1)
FIELDS: dict[AlertKind, dict[str, Any]] = {
    AlertKind.REFUSED: {"cause": "secret-expired", "address": "203.0.113.9"},
    AlertKind.SILENT: {"usual_gap_s": 3600},
    AlertKind.NEW_ADDRESS: {"address": "198.51.100.7"},
}


def get_token(
    client: Client,
    at: datetime,
    *,
    address: str = HOME,
    secret: int = 0,
    credential: Credential | None = None,
) -> None:
    if credential is None:
        secret_id = secret or client.secrets.order_by("pk").values_list("pk", flat=True)[0]
        credential = Credential.of_secret(secret_id)
    counts.count_token(str(client.pk), credential, lifetime_s=3600, address=address, now=at)


def work(client: Client, *, until: datetime, hours: int = 10) -> None:
    """Let the client get a token each hour; the last one at ``until``."""
    for number in range(hours):
        get_token(client, until - number * HOUR)
    counts.flush()


def be_refused(client: Client, at: datetime, *, cause: str = "unknown-secret") -> None:
    count_unproved_request(client.pk, cause.replace("-", "_"), address="203.0.113.9", now=at)


def alerts_at(now: datetime) -> list[tuple[str, str]]:
    """Watch now; return client and kind of each alert that is sent to the administrator."""
    counts.flush()
    before = set(Delivery.objects.values_list("pk", flat=True))
    watch(now=now)
    new = Delivery.objects.exclude(pk__in=before).filter(recipient="mara@herons.example")
    begun = (one for row in new for one in row.alerts if "ended" not in one)
    return [(one["client"], one["kind"]) for one in begun]


def begin(client: Client, kind: AlertKind = AlertKind.REFUSED, **more: Any) -> None:
    """Begin an alert that is due."""
    fields = {"begun_at": NOW - HOUR, "due_at": NOW, **FIELDS[kind], **more}
    Alert.objects.create(tenant_id=client.tenant_id, client=client, kind=kind, **fields)


def sent() -> list[tuple[str, list[str], int]]:
    """Return recipient, named clients and number of the others of each message, oldest first."""
    rows = Delivery.objects.order_by("created_at", "recipient")
    return [(row.recipient, [one["client"] for one in row.alerts], row.more) for row in rows]

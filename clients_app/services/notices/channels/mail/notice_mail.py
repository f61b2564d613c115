"""Notices about secrets as mail: the most urgent first, each with one link to what is to do."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext, gettext_noop, ngettext

from clients_app import conf
from clients_app.models import Delivery
from clients_app.selectors.notices.expirations import last_uses
from clients_app.services.notices.messages import secrets_in

_GROUPS: Final = (  # the most urgent first, each up to a time before the expiration
    (timedelta(), gettext_noop("Expired: these secrets no longer work")),
    (timedelta(days=1), gettext_noop("Expires within 24 hours")),
    (timedelta(days=7), gettext_noop("Expires within 7 days")),
    (timedelta.max, gettext_noop("Expires later")),
)


def composed(delivery: Delivery, *, now: datetime) -> tuple[str, dict[str, Any]]:
    """Return subject and context of a mail about secrets, or of a test."""
    secrets = _secrets(delivery, now)
    unreplaced = [secret for secret in secrets if not secret.get("replaced_by")]
    context = {
        "tenant": delivery.tenant.name,
        "is_test": delivery.is_test,
        "now": now,
        "groups": _grouped(unreplaced, now),
        "replaced": [secret for secret in secrets if secret.get("replaced_by")],
    }
    subject = _subject(delivery, unreplaced, now) if unreplaced else _quiet_subject(delivery)
    return subject, context


def _secrets(delivery: Delivery, now: datetime) -> list[dict[str, Any]]:
    """Return the secrets by expiration, each with its last use and the address to act at."""
    secrets = secrets_in(delivery)
    used = last_uses([secret["secret_id"] for secret in secrets])
    for secret in secrets:
        secret["expires_at"] = datetime.fromisoformat(secret["expires_at"])
        secret["is_over"] = secret["expires_at"] <= now
        secret["last_used_at"] = used.get(secret["secret_id"])
        secret["act_url"] = _act_url(secret)
    return sorted(secrets, key=lambda secret: secret["expires_at"])


def _act_url(secret: dict[str, Any]) -> str:
    """Return where to rotate the secret, or, after its end, where to add another."""
    of_client = {"client_id": UUID(secret["client_id"])}
    if secret["is_over"]:
        return conf.public_url() + reverse("secret-add", kwargs=of_client)
    parts = {**of_client, "secret_id": secret["secret_id"]}
    return conf.public_url() + reverse("secret-rotate", kwargs=parts)


def _grouped(
    secrets: list[dict[str, Any]], now: datetime
) -> list[tuple[str, list[dict[str, Any]]]]:
    groups: dict[str, list[dict[str, Any]]] = {label: [] for _, label in _GROUPS}
    for secret in secrets:
        left = secret["expires_at"] - now
        groups[next(label for limit, label in _GROUPS if left <= limit)].append(secret)
    return [(gettext(label), some) for label, some in groups.items() if some]


def _quiet_subject(delivery: Delivery) -> str:
    """Return the subject of a mail that asks for nothing new."""
    values = {"tenant": delivery.tenant.name, "number": len(delivery.secrets)}
    if delivery.is_test:
        return gettext("[%(tenant)s] This is a test") % values
    text = ngettext(
        "[%(tenant)s] %(number)s replaced client secret ends",
        "[%(tenant)s] %(number)s replaced client secrets end",
        len(delivery.secrets),
    )
    return text % values


def _subject(delivery: Delivery, secrets: list[dict[str, Any]], now: datetime) -> str:
    ends = [secret["expires_at"] for secret in secrets]
    days = round((min(ends) - now) / timedelta(days=1))
    when = ngettext("in %(days)s day", "in %(days)s days", days) % {"days": days}
    text = ngettext(
        "[%(tenant)s] %(number)s client secret expires %(when)s",
        "[%(tenant)s] %(number)s client secrets expire soon, the first %(when)s",
        len(ends),
    )
    return text % {
        "tenant": delivery.tenant.name,
        "number": len(ends),
        "when": when if days > 0 else gettext("today"),
    }

"""Notices about credentials as mail: the most urgent first, each with one link to what is to do."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext, gettext_noop, ngettext

from clients_app import conf
from clients_app.models import Delivery
from clients_app.selectors.notices.expirations import last_uses
from clients_app.services.notices.messages import credentials_in, name_in_message, used_in_message

_GROUPS: Final = (  # the most urgent first, each up to a time before the expiration
    (timedelta(), gettext_noop("Expired: these no longer work")),
    (timedelta(days=1), gettext_noop("Expires within 24 hours")),
    (timedelta(days=7), gettext_noop("Expires within 7 days")),
    (timedelta.max, gettext_noop("Expires later")),
)


#: what to do before and after the end of each kind: the words of the button, and its window
_ACTS: Final = {
    "secret_id": (
        (gettext_noop("Rotate"), "secret-rotate"),
        (gettext_noop("Add Secret"), "secret-add"),
    ),
    "key_id": (
        (gettext_noop("Rotate"), "key-rotate"),
        (gettext_noop("Add Public Key"), "key-add"),
    ),
    "identity_id": (
        (gettext_noop("Edit"), "identity-edit"),
        (gettext_noop("Add Federated Identity"), "identity-platforms"),
    ),
}


def composed(delivery: Delivery, *, now: datetime) -> tuple[str, dict[str, Any]]:
    """Return subject and context of a mail about credentials, or of a test."""
    credentials = _credentials(delivery, now)
    unreplaced = [one for one in credentials if not one.get("replaced_by")]
    context = {
        "tenant": delivery.tenant.name,
        "is_test": delivery.is_test,
        "now": now,
        "groups": _grouped(unreplaced, now),
        "replaced": [one for one in credentials if one.get("replaced_by")],
    }
    subject = _subject(delivery, unreplaced, now) if unreplaced else _quiet_subject(delivery)
    return subject, context


def _credentials(delivery: Delivery, now: datetime) -> list[dict[str, Any]]:
    """Return them by expiration, each with its name, its last use and the address to act at."""
    credentials = credentials_in(delivery)
    used = last_uses([used_in_message(one) for one in credentials])
    for one in credentials:
        one["name"] = name_in_message(one)
        if one["replaced_by"]:
            one["replaced_by"]["name"] = name_in_message(one["replaced_by"])
        one["expires_at"] = datetime.fromisoformat(one["expires_at"])
        one["is_over"] = one["expires_at"] <= now
        one["last_used_at"] = used.get(used_in_message(one))
        one["act"], one["act_url"] = _act(one)
    return sorted(credentials, key=lambda one: one["expires_at"])


def _act(one: dict[str, Any]) -> tuple[str, str]:
    """Return what to do before the end, or after it, and where."""
    used = used_in_message(one)
    before, after = _ACTS[used.column]
    label, view = after if one["is_over"] else before
    parts: dict[str, Any] = {"client_id": UUID(one["client_id"])}
    if not one["is_over"]:
        parts[used.column] = used.id
    return gettext(label), conf.public_url() + reverse(view, kwargs=parts)


def _grouped(
    credentials: list[dict[str, Any]], now: datetime
) -> list[tuple[str, list[dict[str, Any]]]]:
    groups: dict[str, list[dict[str, Any]]] = {label: [] for _, label in _GROUPS}
    for one in credentials:
        left = one["expires_at"] - now
        groups[next(label for limit, label in _GROUPS if left <= limit)].append(one)
    return [(gettext(label), some) for label, some in groups.items() if some]


def _quiet_subject(delivery: Delivery) -> str:
    """Return the subject of a mail that asks for nothing new."""
    values = {"tenant": delivery.tenant.name, "number": len(delivery.secrets)}
    if delivery.is_test:
        return gettext("[%(tenant)s] This is a test") % values
    if _are_secrets(delivery.secrets):
        text = ngettext(
            "[%(tenant)s] %(number)s replaced client secret ends",
            "[%(tenant)s] %(number)s replaced client secrets end",
            len(delivery.secrets),
        )
    else:
        text = ngettext(
            "[%(tenant)s] %(number)s replaced client credential ends",
            "[%(tenant)s] %(number)s replaced client credentials end",
            len(delivery.secrets),
        )
    return text % values


def _subject(delivery: Delivery, credentials: list[dict[str, Any]], now: datetime) -> str:
    ends = [one["expires_at"] for one in credentials]
    days = round((min(ends) - now) / timedelta(days=1))
    when = ngettext("in %(days)s day", "in %(days)s days", days) % {"days": days}
    if _are_secrets(credentials):
        text = ngettext(
            "[%(tenant)s] %(number)s client secret expires %(when)s",
            "[%(tenant)s] %(number)s client secrets expire soon, the first %(when)s",
            len(ends),
        )
    else:
        text = ngettext(
            "[%(tenant)s] %(number)s client credential expires %(when)s",
            "[%(tenant)s] %(number)s client credentials expire soon, the first %(when)s",
            len(ends),
        )
    return text % {
        "tenant": delivery.tenant.name,
        "number": len(ends),
        "when": when if days > 0 else gettext("today"),
    }


def _are_secrets(credentials: list[dict[str, Any]]) -> bool:
    return all("secret_id" in one for one in credentials)

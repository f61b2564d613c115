"""Refused assertions that came close, claim by claim."""

from datetime import datetime, timedelta
from typing import Any, Final

from clients_app.errors import existing, gettext_noop
from clients_app.models import Client, FederatedIdentity
from clients_app.rules.assertions import mended
from clients_app.rules.federation.fitting import compared_again, fitted, names_all
from clients_app.rules.federation.presets import grade_of
from clients_app.rules.federation.trust import Trust
from clients_app.rules.verdicts import Verdict, telling
from clients_app.selectors.credentials.identities import trust_of_row

_KEPT: Final = timedelta(hours=24)
_DIGITS_MAX: Final = 19


def near_misses_of(client: Client, *, now: datetime) -> list[Any]:
    """Return the near misses of the last 24 hours, newest first.

    Each has ``checks`` (verdicts by the rules of now, without those that say nothing), ``fit`` (the
    rules changed to fit it, or None), ``fit_grade``, and ``is_mended`` if the rules were
    changed meanwhile and accept it.
    """
    rows = client.near_misses.filter(at__gt=now - _KEPT).select_related("key", "identity")
    return [_with_checks(row, client) for row in rows]


def get_near_miss(client: Client, near_miss_id: int, *, now: datetime) -> Any:
    """Return one of ``near_misses_of``, or raise NotFound."""
    rows = client.near_misses.filter(at__gt=now - _KEPT).select_related("key", "identity")
    sentence = gettext_noop("There is no such near miss. It may be older than 24 hours.")
    return _with_checks(existing(rows.filter(pk=near_miss_id).first(), sentence), client)


def fit_of(identity: FederatedIdentity, near_miss: str, *, now: datetime) -> Trust | None:
    """Return the rules of ``identity`` changed to fit a near miss, by the text of its id.

    None for a text that is no id, and for a near miss of something else. Errors: NotFound.
    """
    if not (near_miss.isascii() and near_miss.isdigit() and len(near_miss) < _DIGITS_MAX):
        return None
    row = get_near_miss(identity.client, int(near_miss), now=now)
    fit: Trust | None = row.fit if row.identity_id == identity.pk else None
    return fit


def _with_checks(row: Any, client: Client) -> Any:
    was = [Verdict(**verdict) for verdict in row.verdicts]
    credential = row.key or row.identity
    is_there = credential is not None and credential.removed_at is None
    trust = trust_of_row(row.identity) if is_there and row.identity else None
    if trust:
        checks = compared_again(trust, was, audience=row.identity.audience)
    else:
        checks = [
            mended(
                one,
                accepts_token_endpoint=client.accepts_token_endpoint_audience,
                demands_type=client.demands_assertion_type,
            )
            for one in was
        ]
    row.checks = telling(checks)
    row.fit = fitted(trust, checks) if trust else None
    fits_now = all(one.fits for one in checks) and (trust is None or names_all(trust, checks))
    row.is_mended = is_there and fits_now
    row.fit_grade = grade_of(row.fit) if row.fit else None
    return row

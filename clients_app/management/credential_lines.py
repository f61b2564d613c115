"""Public keys, federated identities and tested tokens as `manage.py` prints them; times in UTC."""

import shlex
from collections.abc import Iterable
from typing import Any

from clients_app.http.credential_json import listed_identity_json, listed_key_json
from clients_app.management.secret_lines import minute
from clients_app.management.table import fact_lines
from clients_app.models import ClientKey
from clients_app.rules.federation.presets import PRESETS, grade_of
from clients_app.rules.federation.trust import Trust
from clients_app.rules.verdicts import Verdict
from clients_app.selectors.credentials.identities import trust_of_row
from clients_app.services.credentials.trials import Trial


def key_values(key: Any) -> dict[str, Any]:
    """Return one of ``listed_keys`` as the REST API does, with the address of its last use."""
    return {**listed_key_json(key), "LastUsedFrom": key.last_used_address}


def identity_values(identity: Any) -> dict[str, Any]:
    """Return one of ``listed_identities`` as the REST API does, with its last address."""
    return {**listed_identity_json(identity), "LastUsedFrom": identity.last_used_address}


def kind_of(key: Any) -> str:
    """Return the kind of a key, such as EC P-256."""
    if key.jwk is None:
        return "JWKS URL"
    return " ".join(filter(None, (key.jwk["kty"], key.jwk.get("crv"))))


def key_lines(key: Any) -> str:
    """Return all about a public key."""
    facts = [("Key", f"{kind_of(key)} {key.thumbprint or key.jwks_url}"), *times(key)]
    if key.jwks_url:
        facts.append(("Fetched", f"{minute(key.fetched_at)} {key.failure}"))
    return fact_lines([*named(key), *facts])


def identity_lines(identity: Any) -> str:
    """Return all about a federated identity, with why its grade is what it is."""
    facts = [
        ("Platform", PRESETS[identity.preset].name),
        ("Issuer", identity.issuer),
        ("Audience", identity.audience),
        ("Subject", identity.subject_rule),
        *(("Claim", f"{name} = {rule}") for name, rule in sorted(identity.claim_rules.items())),
        ("Keys", "pasted" if identity.jwks else "by discovery"),
        ("Grade", grade_of(trust_of_row(identity)).sentence),
    ]
    return fact_lines([*named(identity), *facts, *times(identity)])


def trial_lines(trial: Trial) -> str:
    """Return whether a credential accepts a token, and each claim that does not fit."""
    row = trial.credential
    kind = "Public key" if isinstance(row, ClientKey) else "Federated identity"
    result = "accepted" if trial.is_accepted else "refused"
    return "\n".join([f"{kind} {row.pk} ({row}): {result}", *misfits(trial.checks)])


def misfits(checks: Iterable[Verdict]) -> list[str]:
    """Return a line for each check that does not fit, and what to do."""
    return [_misfit(one) for one in checks if not one.fits]


def _misfit(check: Verdict) -> str:
    said = f"{check.claim}: {check.sent or 'missing'}"
    if check.expected:
        said += f", expected: {check.expected}"
    end = "" if said.endswith("…") else "."  # a long value is cut
    return f"  {said}{end} {check.sentence}"


def options_for(fit: Trust) -> str:
    """Return the options of `identities edit` that set the rules ``fit``."""
    claims = (f"--claim={name}={rule}" for name, rule in sorted(fit.claim_rules.items()))
    return shlex.join([f"--issuer={fit.issuer}", f"--subject={fit.subject_rule}", *claims])


def identity_cells(identity: Any) -> tuple[object, ...]:
    """Return an identity as a row of a table: id, platform, grade, end, last use, subject."""
    grade = grade_of(trust_of_row(identity)).level
    end, used = minute(identity.expires_at), minute(identity.last_used_at)
    return identity.pk, identity.preset, str(grade), end, used, identity.subject_rule


def key_cells(key: Any) -> tuple[object, ...]:
    """Return a key as a row of a table: id, kind, end, last use, description."""
    end, used = minute(key.expires_at), minute(key.last_used_at)
    return key.pk, kind_of(key), end, used, key.description


def named(row: Any) -> list[tuple[str, object]]:
    """Return the first facts about any credential."""
    return [("Id", row.pk), ("Description", row.description or "none")]


def times(row: Any) -> list[tuple[str, object]]:
    """Return the last facts about any credential."""
    return [
        ("Added", f"{minute(row.created_at)} by {row.created_by}"),
        ("Expires", minute(row.expires_at)),
        ("Last used", f"{minute(row.last_used_at)} {row.last_used_address or ''}"),
    ]

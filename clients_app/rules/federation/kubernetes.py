"""Kubernetes: the projected token of a service account.

https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/
``sub`` is ``system:serviceaccount:NAMESPACE:NAME``. A volume chooses ``aud``, which is a list of
one. The issuer is the cluster's; that of a private cluster cannot be reached from outside.
"""

import re
from collections.abc import Mapping
from typing import Final

from clients_app.errors import gettext_noop
from clients_app.rules.federation.preset import Preset, PresetField
from clients_app.rules.federation.trust import (
    Grade,
    Trust,
    Weakness,
    caution,
    dangerous,
    exact,
    with_claims,
    worst,
)

_ISSUERS: Final = re.compile(
    r"https://oidc\.eks\.[^/]+/id/[^/]+|https://container\.googleapis\.com/v1/projects/.+"
    r"|https://[^/]+\.oic\.prod-aks\.azure\.com/.+"
)
_NAMESPACE: Final = "kubernetes.io.namespace"
_ACCOUNT: Final = "kubernetes.io.serviceaccount.name"


def rules_of(values: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Return the subject of one service account."""
    return f"system:serviceaccount:{values['namespace']}:{values['service_account']}", {}


def grade(trust: Trust) -> Grade:
    """Return how much ``trust`` lets in: one service account, a namespace, a cluster."""
    parts = [*trust.subject_rule.split(":"), "", "", ""]
    return worst(
        _WEAKNESSES,
        with_claims({_NAMESPACE: parts[2], _ACCOUNT: parts[3]}, trust.claim_rules),
        otherwise=gettext_noop("Safe: accepts one service account."),
    )


_WEAKNESSES: Final[tuple[Weakness, ...]] = (
    dangerous(
        lambda pins: not exact(pins, _NAMESPACE),
        gettext_noop("Dangerous: lets in any namespace of the cluster, also new ones."),
    ),
    caution(
        lambda pins: not exact(pins, _ACCOUNT),
        gettext_noop("Caution: lets in several service accounts of the namespace, also new ones."),
    ),
)

PRESET: Final = Preset(
    key="kubernetes",
    name="Kubernetes",
    issuers=_ISSUERS,
    fields=(
        PresetField("namespace", gettext_noop("Namespace"), "orders"),
        PresetField("service_account", gettext_noop("Service account"), "importer"),
    ),
    rules_of=rules_of,
    grade=grade,
)

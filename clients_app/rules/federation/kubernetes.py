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
from clients_app.rules.federation.trust import Pins, Trust, caution, dangerous, exact

_NAMESPACE: Final = "kubernetes.io.namespace"
_ACCOUNT: Final = "kubernetes.io.serviceaccount.name"


def rules_of(values: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Return the subject of one service account."""
    return f"system:serviceaccount:{values['namespace']}:{values['service_account']}", {}


def pins_of(trust: Trust) -> Pins:
    """Return the namespace and the service account that the subject of ``trust`` fixes."""
    parts = [*trust.subject_rule.split(":"), "", "", ""]
    return {_NAMESPACE: parts[2], _ACCOUNT: parts[3]}


_WEAKNESSES: Final = (
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
    issuers=re.compile(
        r"https://oidc\.eks\.[^/]+/id/[^/]+|https://container\.googleapis\.com/v1/projects/.+"
        r"|https://[^/]+\.oic\.prod-aks\.azure\.com/.+"
    ),
    subjects=re.compile("system:serviceaccount:"),
    fields=(
        PresetField("namespace", gettext_noop("Namespace"), "orders"),
        PresetField("service_account", gettext_noop("Service account"), "importer"),
    ),
    rules_of=rules_of,
    pins_of=pins_of,
    weaknesses=_WEAKNESSES,
    safe=gettext_noop("Safe: accepts one service account."),
)

"""SPIFFE: ``sub`` of a JWT-SVID is a SPIFFE ID, ``spiffe://TRUST-DOMAIN/PATH``.

https://github.com/spiffe/spiffe/blob/main/standards/JWT-SVID.md
``iss`` is optional there, and required here: SPIRE sets it by ``jwt_issuer``. The workload chooses
``aud``.
"""

from typing import Final

from clients_app.errors import gettext_noop
from clients_app.rules.federation.preset import Preset, PresetField, subject_rules_of
from clients_app.rules.federation.trust import Grade, Level, Trust


def grade(trust: Trust) -> Grade:
    """Return how much ``trust`` lets in: one SPIFFE ID, those below a path, a trust domain."""
    if "*" not in trust.subject_rule:
        return Grade(Level.SAFE, gettext_noop("Safe: accepts one workload."))
    domain, _, path = trust.subject_rule.removeprefix("spiffe://").partition("/")
    if "*" in domain or "*" in path.partition("/")[0]:
        sentence = gettext_noop("Dangerous: lets in any workload of the trust domain.")
        return Grade(Level.DANGEROUS, sentence)
    sentence = gettext_noop("Caution: lets in several workloads, also new ones of such a name.")
    return Grade(Level.CAUTION, sentence)


PRESET: Final = Preset(
    key="spiffe",
    name="SPIFFE",
    fields=(
        PresetField(
            "subject",
            gettext_noop("SPIFFE ID"),
            "spiffe://example.org/ns/orders/sa/importer",
            r"spiffe://[a-z0-9._-]+/[^\s*]+",
        ),
    ),
    rules_of=subject_rules_of,
    grade=grade,
)

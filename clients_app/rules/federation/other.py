"""Any other issuer of tokens: the portal knows nothing about its subjects."""

from typing import Final

from clients_app.errors import gettext_noop
from clients_app.rules.federation.preset import Preset, PresetField, subject_rules_of
from clients_app.rules.federation.trust import Grade, Level, Trust, exact


def grade(trust: Trust) -> Grade:
    """Return how much ``trust`` lets in: one subject, several, or all."""
    if "*" not in trust.subject_rule:
        return Grade(Level.SAFE, gettext_noop("Safe: accepts one subject."))
    if trust.subject_rule.strip("*:/"):
        sentence = gettext_noop("Caution: lets in several subjects, also new ones of such a name.")
        return Grade(Level.CAUTION, sentence)
    if exact(dict(trust.claim_rules), *trust.claim_rules):
        sentence = gettext_noop("Caution: accepts any subject that has the other claims.")
        return Grade(Level.CAUTION, sentence)
    return Grade(Level.DANGEROUS, gettext_noop("Dangerous: lets in any subject of the issuer."))


PRESET: Final = Preset(
    key="other",
    name=gettext_noop("Other"),
    fields=(PresetField("subject", gettext_noop("Subject"), "importer", "[^*]+"),),
    rules_of=subject_rules_of,
    grade=grade,
)

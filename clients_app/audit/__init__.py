"""The audit log: one chain of events per tenant, shown as sentences."""

from clients_app.audit.chain import DONE, REFUSED, record
from clients_app.audit.changed_fields import Change, Seconds, changes
from clients_app.audit.head_files import are_noted as heads_are_noted
from clients_app.audit.kinds import Kind, actions_of, kind_of
from clients_app.audit.phrases import Phrase, phrase
from clients_app.audit.sentences import json_line, members_of, sentence
from clients_app.audit.verify import Fault, chains, first_fault

__all__ = [
    "DONE",
    "REFUSED",
    "Change",
    "Fault",
    "Kind",
    "Phrase",
    "Seconds",
    "actions_of",
    "chains",
    "changes",
    "first_fault",
    "heads_are_noted",
    "json_line",
    "kind_of",
    "members_of",
    "phrase",
    "record",
    "sentence",
]

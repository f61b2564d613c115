"""The record of what was done: one chain of events per tenant, read as sentences."""

from clients_app.audit.chain import DONE, REFUSED, record
from clients_app.audit.sentences import changes, sentence
from clients_app.audit.verify import Fault, first_fault

__all__ = ["DONE", "REFUSED", "Fault", "changes", "first_fault", "record", "sentence"]

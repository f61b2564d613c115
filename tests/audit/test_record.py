"""Each operation records its event in its transaction: no event, no change."""

import copy
import importlib
import inspect
import json
import pkgutil
import re
from collections.abc import Callable
from typing import Final

import pytest
from django.db import DatabaseError, transaction

from clients_app import audit, identity, services
from clients_app.audit.sentences import SENTENCES
from clients_app.models import AuditEvent, Tenant
from tests.audit.operations import OPERATIONS
from tests.audit.rows import all_rows
from tests.audit.subjects import Subjects, make_subjects
from tests.factories import make_tenant
from tests.full_disk import refuse_events
from tests.shared_rows import Copies, Share


@pytest.fixture(scope="module")
def shared_subjects(share: Share[Subjects]) -> Copies[Subjects]:
    return share(lambda: make_subjects(make_tenant("Herons Ltd")))


@pytest.fixture
def subjects(db: None, shared_subjects: Copies[Subjects]) -> Subjects:
    return shared_subjects()


#: what the sources of operations name; and functions that are steps of several
BEGINNINGS: Final = {
    *("transaction.atomic", "form_keys.once", "_each"),
    *("changes.edit", "adding"),
}
STEPS: Final = {"_each", "once", "edit", "remove", "adding"}


def test_operations_lists_every_service_that_opens_a_transaction_for_an_actor() -> None:
    modules = [
        importlib.import_module(module.name)
        for room in (services, identity)
        for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}.")
    ]
    writing = {
        name
        for module in modules
        for name, operation in inspect.getmembers(module)
        if inspect.isfunction(function := getattr(operation, "func", operation))
        and name not in STEPS
        and BEGINNINGS & set(re.findall(r"[\w.]+", inspect.getsource(function)))
        and "actor" in inspect.signature(function).parameters
    }
    assert writing == set(OPERATIONS)


@pytest.mark.sweep(on="postgresql")
@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_an_operation_adds_to_the_chain_or_without_its_event_is_not_saved(
    operation: Callable[[Subjects], object], subjects: Subjects
) -> None:
    before, last = all_rows(), AuditEvent.objects.order_by("pk").last()

    with transaction.atomic():
        refuse_events()
        with pytest.raises(DatabaseError, match=r"disk.full"):
            operation(copy.deepcopy(subjects))
        assert all_rows() == before
        transaction.set_rollback(True)  # events are accepted again
    operation(subjects)

    events = AuditEvent.objects.filter(pk__gt=last.pk)
    assert events
    for event in events:
        assert event.action in SENTENCES
        assert "%(" not in audit.sentence(event)
        assert {change.label for change in audit.changes(event)}.isdisjoint(
            json.loads(event.canonical)["after"]
        )  # each field has a label
    for tenant in Tenant.objects.all():
        assert audit.first_fault(tenant.pk) is None

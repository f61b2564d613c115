"""A writer that waits leaves the other thread of its process to readers (AVA-3, AVA-4)."""

import threading

import pytest
from django.db import OperationalError, connections, transaction

from clients_app.models import Tenant
from tests.factories import make_role
from tests.faults.test_sqlite_writers import in_threads


def test_second_writer_of_a_process_is_refused_while_the_first_makes_no_progress(
    committed_tenant: Tenant,
) -> None:
    holds, ends = threading.Event(), threading.Event()

    def hold(_: int) -> None:
        with transaction.atomic():
            make_role("Held", committed_tenant)
            holds.set()
            ends.wait(60)

    [holder] = in_threads(1, hold)
    assert holds.wait(60)
    try:
        with pytest.raises(OperationalError, match="too many wait to write"):
            make_role("Refused", committed_tenant)
        assert Tenant.objects.count() == 1
    finally:
        ends.set()
        holder.join()
    make_role("Afterwards", committed_tenant)
    connections.close_all()

"""What tests of assertions begin with: nothing noted, nothing counted."""

import pytest

from clients_app.services.credentials import key_sets, near_misses
from clients_app.services.usage import counts


@pytest.fixture(autouse=True)
def _nothing_noted(db: None) -> None:
    near_misses.noted.clear()
    near_misses.flush()  # begins a batch
    counts.refused_requests.refused.take()
    counts.issued.take()
    key_sets.forget()

"""Tampering with a sealed segment is found."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from clients_app.models import AuditEvent, AuditSegment, Tenant
from tests.audit.chain_faults import first_fault
from tests.audit.conftest import past_the_triggers, seal

TAMPERINGS: Final[dict[str, tuple[Callable[[Path, Tenant], Any], int, str]]] = {
    "a file removed": (
        lambda file, tenant: file.unlink(),
        5,
        "its sealed segment 000000000005-000000000008.jsonl.gz is missing from DATA_DIR",
    ),
    "a file cut short": (
        lambda file, tenant: file.write_bytes(file.read_bytes()[:-20]),
        5,
        "its sealed segment 000000000005-000000000008.jsonl.gz cannot be read",
    ),
    "a file of other bytes": (
        lambda file, tenant: file.write_bytes(b"nothing"),
        5,
        "its sealed segment 000000000005-000000000008.jsonl.gz cannot be read",
    ),
    "a word changed": (
        lambda file, tenant: rewrite(file, lambda text: text.replace('\\"5\\"', '\\"x\\"')),
        7,
        "it was changed",
    ),
    "a line removed": (
        lambda file, tenant: rewrite(file, lambda text: "".join(text.splitlines(True)[:2])),
        5,
        "its sealed segment 000000000005-000000000008.jsonl.gz was altered",
    ),
    "the first line removed": (
        lambda file, tenant: rewrite(file, lambda text: "".join(text.splitlines(True)[1:])),
        5,
        "it was changed",
    ),
    "two lines swapped": (
        lambda file, tenant: rewrite(
            file, lambda text: "".join(text.splitlines(True)[n] for n in (0, 2, 1, 3))
        ),
        6,
        "it was changed",
    ),
    "compressed again": (
        lambda file, tenant: file.write_bytes(gzip.compress(gzip.decompress(file.read_bytes()), 1)),
        5,
        "its sealed segment 000000000005-000000000008.jsonl.gz was altered",
    ),
    "the file of another segment": (
        lambda file, tenant: file.write_bytes(
            file.with_name("000000000001-000000000004.jsonl.gz").read_bytes()
        ),
        5,
        "it was changed",
    ),
    "a head removed": (
        lambda file, tenant: segment(tenant).delete(),
        5,
        "the event is missing",
    ),
    "a head changed": (
        lambda file, tenant: segment(tenant).update(last_digest="0" * 64),
        5,
        "the head of its sealed segment was changed",
    ),
    "a head with a key that is lost": (
        lambda file, tenant: segment(tenant).update(key_id="00000000"),
        5,
        "the head of its sealed segment was changed",
    ),
    "an event beside its segment": (
        lambda file, tenant: add_again(tenant),
        9,
        "another stands before it",
    ),
}


def rewrite(file: Path, change: Callable[[str], str]) -> None:
    text = gzip.decompress(file.read_bytes()).decode()
    changed = change(text)
    assert changed != text
    file.write_bytes(gzip.compress(changed.encode(), 6, mtime=0))


def segment(tenant: Tenant) -> Any:
    return AuditSegment.objects.filter(tenant=tenant, first_sequence=5)


def add_again(tenant: Tenant) -> None:
    event = AuditEvent.objects.order_by("sequence").first()
    assert event is not None
    event.pk, event.sequence = None, 6
    event.save(force_insert=True)


@pytest.mark.sweep(on="postgresql")
@pytest.mark.parametrize(("tamper", "number", "reason"), TAMPERINGS.values(), ids=TAMPERINGS)
def test_tampering_with_a_segment_is_found(
    chain: Tenant,
    folder: Path,
    tamper: Callable[[Path, Tenant], Any],
    number: int,
    reason: str,
) -> None:
    seal(chain)
    seal(chain)
    file = folder / str(chain.pk) / "000000000005-000000000008.jsonl.gz"

    past_the_triggers(lambda: tamper(file, chain))

    assert first_fault(chain) == (number, reason)

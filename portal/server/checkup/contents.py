"""What the database holds: signing keys, audit chains, and traces of the worker."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from django.conf import settings

from clients_app import conf, derived_keys
from clients_app.audit import head_files
from clients_app.audit.rows import rows_of_table
from clients_app.audit.verify import ChainBroken, Link, follow
from clients_app.models import AuditEvent, AuditHead, Delivery, Session, SigningKey, Tenant
from clients_app.selectors.signing_keys.former_keys import rows_under_former_keys
from clients_app.services.signing_keys.private_keys import SigningKeyLost, loaded_key
from portal.server.checkup.findings import Finding, error, ok, warning

_LATE: Final = timedelta(minutes=15)  # what the worker does every minute
_LAST_EVENTS: Final = 100


def check_keys() -> Iterator[Finding]:
    """Whether SECRET_KEY decrypts the signing keys, and none is overdue."""
    present = list(SigningKey.objects.exclude(state=SigningKey.State.REMOVED))
    active = next((row for row in present if row.state == SigningKey.State.ACTIVE), None)
    if active is None:
        yield error("keys", "there is no signing key", "Start the server: it creates one.")
    for row in present:
        try:
            loaded_key(row.kid)
        except SigningKeyLost as lost:
            yield error("keys", f"SECRET_KEY does not decrypt {row.kid}", str(lost))
    since = active and active.activated_at
    if since and datetime.now(UTC) > since + conf.key_rotation() + timedelta(days=1):
        mend = "Let a server run: it rotates the keys."
        yield warning("keys", f"the active key signs since {since:%Y-%m-%d}", mend)
    if active:
        yield ok("keys", f"{len(present)} signing keys, {active.kid} signs")


def check_secret_key() -> Iterator[Finding]:
    """Whether a change of SECRET_KEY is complete."""
    purpose = derived_keys.SIGNING_KEYS
    current = derived_keys.current_key(purpose).id
    rows = SigningKey.objects.exclude(state=SigningKey.State.REMOVED)
    stored = [derived_keys.encrypted_under(bytes(row.private_part)) for row in rows]
    if any(one != current for one in stored):
        mend = "Run `manage.py keys reencrypt`."
        yield warning("SECRET_KEY", "signing keys are under a former one", mend)
    left = rows_under_former_keys(now=datetime.now(UTC))
    if left.lost_secrets:
        text = f"{left.lost_secrets} client secrets are under a lost one"
        yield warning("SECRET_KEY", text, "Their first use takes a moment longer; do nothing.")
    former = len(settings.SECRET_KEY_FALLBACKS)
    if former and not (left.secrets or left.webhooks or any(one != current for one in stored)):
        mend = "Keep it with the backups, and take it out of SECRET_KEY_FALLBACKS."
        yield warning("SECRET_KEY", f"{former} former ones are no longer needed", mend)
    yield ok("SECRET_KEY", f"{former} former ones in SECRET_KEY_FALLBACKS")


def check_chains() -> Iterator[Finding]:
    """Whether the last events of each audit chain fit together and fit DATA_DIR."""
    for tenant in Tenant.objects.order_by("created_at"):
        try:
            number = _follow_end(tenant)
        except ChainBroken as broken:
            text = f"{tenant.name}: event {broken.fault.sequence}: {broken.fault.reason}"
            mend = "Run `manage.py activity verify`, and find out who changed the database."
            yield error("audit chain", text, mend)
        else:
            text = f"{tenant.name}: the last {min(number, _LAST_EVENTS)} events are whole"
            yield ok("audit chain", f"{text}; `activity verify` checks all")


def check_worker() -> Iterator[Finding]:
    """Whether a worker has done lately what it does every minute."""
    due = datetime.now(UTC) - _LATE
    late = Delivery.objects.filter(state=Delivery.State.WAITING, try_at__lt=due).count()
    kept = Session.objects.filter(expire_date__lt=due).count()
    failed = Delivery.objects.filter(
        state=Delivery.State.FAILED, finished_at__gt=datetime.now(UTC) - timedelta(days=1)
    ).count()
    mend = "Run `manage.py worker`, or `serve`, which starts one, and read its log."
    if late:
        yield error("worker", f"{late} messages wait for more than 15 minutes", mend)
    if kept:
        yield error("worker", f"{kept} sessions ended and were not removed", mend)
    if failed:
        mend = "See the Notices page of the tenants."
        yield warning("worker", f"{failed} messages failed within a day", mend)
    if not (late or kept or failed):
        yield ok("worker", "no work is left undone")


def _follow_end(tenant: Tenant) -> int:
    """Return the number of the last event."""
    head = AuditHead.objects.filter(pk=tenant.pk).first()
    if head is None:
        raise ChainBroken(1, "the head of the chain is missing")
    noted = max(head_files.noted(tenant.pk), default=0)
    if noted > head.sequence:
        raise ChainBroken(head.sequence + 1, "the events from here to the end are missing")
    events = AuditEvent.objects.for_tenant(tenant.pk).order_by("-sequence")
    first = events.filter(sequence__gt=head.sequence - _LAST_EVENTS).last()
    if first is None:  # all are sealed
        return head.sequence
    rows = rows_of_table(tenant.pk, first=first.sequence, last=head.sequence)
    start = Link(first.sequence - 1, first.previous_digest)
    end = follow(rows, after=start, seen={})
    if end[:2] != (head.sequence, head.digest):
        raise ChainBroken(end.sequence + 1, "the head of the chain does not know this event")
    return head.sequence

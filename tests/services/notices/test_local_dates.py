"""Notices go by the dates of the installation's zone, not by those of UTC (NTC-2)."""

from datetime import UTC, date, datetime

import pytest
from pytest_django.fixtures import Settings

from clients_app.models import Notice, Person, Tenant
from clients_app.services.notices.schedule import queue_daily_notices, queue_notices
from tests.services.notices.conftest import expiring_client
from tests.sinks import MailSink


@pytest.fixture(autouse=True)
def far_from_utc(settings: Settings) -> None:
    settings.TIME_ZONE = "Pacific/Auckland"  # 13 hours ahead in November


def utc(day: int, hour: int, *, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


LONG_AGO = utc(1, 5)
#: only one of the three moments has another date here than in UTC
CASES = {
    "today": (LONG_AGO, utc(1, 5, month=12), utc(23, 12), [7]),  # the 24th here
    "the end": (LONG_AGO, utc(30, 12), utc(23, 5), [14]),  # ends on 1 December here
    "the first day": (utc(22, 12), utc(30, 5), utc(23, 5), []),  # made on the 23rd here
    "none": (utc(22, 5), utc(30, 5), utc(23, 5), [7]),
}


@pytest.mark.parametrize(("made_at", "ends_at", "now", "stages"), CASES.values(), ids=CASES)
def test_stage_of_a_notice_goes_by_the_local_date(
    tenant: Tenant,
    mara: Person,
    sink: MailSink,
    made_at: datetime,
    ends_at: datetime,
    now: datetime,
    stages: list[int],
) -> None:
    client = expiring_client("Pumps", tenant, ends_at=ends_at)
    client.secrets.filter(removed_at=None).update(created_at=made_at)

    queue_notices(tenant, now=now)

    assert list(Notice.objects.values_list("days", flat=True)) == stages


def test_day_of_notices_begins_at_the_local_hour(
    tenant: Tenant, mara: Person, sink: MailSink, settings: Settings
) -> None:
    settings.NOTICE_HOUR = 9
    expiring_client("Pumps", tenant, ends_at=utc(1, 5, month=12))

    queue_daily_notices(now=utc(23, 19))  # 08:00 of the 24th here
    assert not Notice.objects.exists()
    queue_daily_notices(now=utc(23, 20))
    assert Notice.objects.get().days == 7
    tenant.refresh_from_db()
    assert tenant.notices_sent_on == date(2026, 11, 24)

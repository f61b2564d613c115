"""Preferences of a person."""

import pytest

from clients_app.models import Person
from clients_app.services.people.preferences import set_preferences
from tests.refused_values import refused_at


@pytest.mark.parametrize("zone", ["Mars/Phobos", "Etc/UTC", "europe/berlin"])
def test_preferences_with_an_unknown_time_zone_change_nothing(colleague: Person, zone: str) -> None:
    with refused_at("time_zone"):
        set_preferences(colleague, theme="dark", time_zone=zone)

    colleague.refresh_from_db()
    assert (colleague.theme, colleague.time_zone) == (Person.Theme.SYSTEM, "")

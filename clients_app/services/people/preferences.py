"""A person's preferences for the portal; no audit event, because they affect nobody else."""

from zoneinfo import available_timezones

from clients_app.errors import RuleBroken, gettext_noop
from clients_app.models import Person

ZONES = sorted(
    zone
    for zone in available_timezones()
    if "/" in zone and not zone.startswith(("Etc/", "SystemV/", "US/"))
)


def set_preferences(
    person: Person,
    *,
    theme: str | None = None,
    time_zone: str | None = None,
    has_shortcuts: bool | None = None,
    has_dense_rows: bool | None = None,
) -> None:
    """Save the preferences of ``person`` that are not None.

    Units: ``time_zone`` is a name such as Europe/Berlin, empty for the installation's.
    Errors: RuleBroken (time_zone) for an unknown zone.
    """
    if time_zone and time_zone != "UTC" and time_zone not in ZONES:
        raise RuleBroken(gettext_noop("Choose a time zone from the list."), field="time_zone")
    chosen = {
        "theme": theme,
        "time_zone": time_zone,
        "has_shortcuts": has_shortcuts,
        "has_dense_rows": has_dense_rows,
    }
    changes = {name: value for name, value in chosen.items() if value is not None}
    for name, value in changes.items():
        setattr(person, name, value)
    person.save(update_fields=list(changes))

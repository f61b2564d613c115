"""The signing keys of the installation, as people see them."""

from datetime import datetime
from typing import Final, NamedTuple

from clients_app import conf
from clients_app.limits import PAGE_SIZE
from clients_app.models import SigningKey
from clients_app.rules.key_schedule import removed_from

_SINCE: Final = {
    SigningKey.State.NEXT: "created_at",
    SigningKey.State.ACTIVE: "activated_at",
    SigningKey.State.RETIRED: "retired_at",
    SigningKey.State.REMOVED: "removed_at",
}


class KeyRow(NamedTuple):
    """A key, since when it is in its state, and when it leaves it; None if it stays there."""

    key: SigningKey
    since: datetime | None
    until: datetime | None


def signing_keys() -> list[KeyRow]:
    """Return the newest keys, the newest first."""
    keys = list(SigningKey.objects.order_by("-created_at", "-pk")[:PAGE_SIZE])
    following = next((key.signs_from for key in keys if key.state == SigningKey.State.NEXT), None)
    return [
        KeyRow(key, getattr(key, _SINCE[SigningKey.State(key.state)]), _until(key, following))
        for key in keys
    ]


def algorithms() -> list[str]:
    """Return the algorithms of the keys that APIs find published now."""
    published = SigningKey.objects.exclude(state=SigningKey.State.REMOVED)
    return sorted(set(published.values_list("algorithm", flat=True)))


def _until(key: SigningKey, following: datetime | None) -> datetime | None:
    if key.state == SigningKey.State.NEXT:
        return key.signs_from
    if key.state == SigningKey.State.ACTIVE:
        return following or (key.activated_at and key.activated_at + conf.key_rotation())
    if key.state == SigningKey.State.RETIRED:
        return key.retired_at and removed_from(key.retired_at)
    return None

"""The tabs of a page about one thing: each has an address of its own."""

from collections.abc import Mapping

from django.db.models import Model
from django.urls import reverse
from django.utils.functional import Promise

from clients_app.actors import Actor
from clients_app.permissions import Action, allows

Labels = Mapping[str, str | Promise]


def tabs_of(
    row: Model, labels: Labels, counts: Mapping[str, int], *, kind: str, actor: Actor
) -> list[tuple[str, str | Promise, str, int | None]]:
    """Return name, label, address and count of each tab; Activity only for those who may read it.

    The tab ``clients`` of the ``kind`` ``api`` has the address named ``api-clients``.
    """
    may_read_activity = allows(actor, Action.READ_ACTIVITY)
    return [
        (name, label, reverse(f"{kind}-{name}", args=[row.pk]), counts.get(name))
        for name, label in labels.items()
        if name != "activity" or may_read_activity
    ]

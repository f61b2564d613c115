"""Rotation runs in addresses: which secrets, which list they come from, and which one is next."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from django.http import QueryDict
from django.urls import reverse

from clients_app.actors import Actor
from clients_app.identity.kept_forms import own_path
from clients_app.limits import BULK_MAX
from clients_app.permissions import Action, allows
from clients_app.selectors.secrets.runs import RunSecret, Step, run_of
from clients_app.web.htmx import with_query

_DIGITS_MAX: Final = 18  # of an id


class Item(NamedTuple):
    """A secret of a run; ``rotate`` is the address of its window, empty if it cannot be rotated."""

    secret: RunSecret
    rotate: str

    @property
    def is_left(self) -> bool:
        return self.secret.step is Step.LEFT


@dataclass(frozen=True, slots=True)
class Run:
    """The secrets of a run that the reader may see; ``to`` is the list that it began in."""

    items: list[Item]
    address: str
    query: str
    to: str

    @property
    def left(self) -> list[Item]:
        return [item for item in self.items if item.is_left]

    @property
    def done(self) -> list[Item]:
        return [item for item in self.items if item.secret.step is Step.DONE]

    @property
    def ended(self) -> list[Item]:
        return [item for item in self.items if item.secret.step is Step.ENDED]

    @property
    def next(self) -> Item | None:
        """The first secret that is left and that the reader may rotate."""
        return next((item for item in self.left if item.rotate), None)


def run_in(
    query: QueryDict, *, actor: Actor, now: datetime, name: str = "run", **more: str
) -> Run | None:
    """Return the run whose secrets ``query`` names as ``name``; None if it names none.

    ``more`` goes into the addresses of the next windows.
    """
    ids = _ids(query.get(name, ""))
    if not ids:
        return None
    to = own_path(query.get("to")) if "to" in query else reverse("client-list")
    named = ",".join(map(str, ids))
    here = with_query("", run=named, to=to, **more)
    items = [
        Item(one, _window(one, here, actor))
        for one in run_of(actor.tenant_id, ids, now=now)
        if allows(actor, Action.READ_SECRETS, client=one.secret.client)
    ]
    return Run(items, run_address(ids, to), here, to)


def run_address(secret_ids: list[int], to: str) -> str:
    """Return the address of the page of a run."""
    return with_query(reverse("rotation-run"), secrets=",".join(map(str, secret_ids)), to=to)


def _window(one: RunSecret, query: str, actor: Actor) -> str:
    client = one.secret.client
    if one.step is not Step.LEFT or not allows(actor, Action.ROTATE_SECRET, client=client):
        return ""
    parts = {"client_id": client.pk, "secret_id": one.secret.pk}
    return reverse("secret-rotate", kwargs=parts) + query


def _ids(text: str) -> list[int]:
    """Return the ids in a text, each once; what is no id is left out."""
    words = text.split(",", BULK_MAX)[:BULK_MAX]
    numbers = (word for word in words if word.isascii() and word.isdigit())
    return list(dict.fromkeys(int(word) for word in numbers if len(word) <= _DIGITS_MAX))

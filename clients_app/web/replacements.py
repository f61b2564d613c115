"""What the tab Secrets shows of what replaces what: rotations, and the move away from secrets."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.http import QueryDict

from clients_app.models import Client
from clients_app.selectors.clients.usage import hours_of
from clients_app.selectors.credentials.rotations import Rotation, move_of, rotations
from clients_app.web.usage_charts import move_chart, period_of, rotation_charts, rotation_period


def replacements(
    client: Client,
    *,
    secrets: Sequence[Any],
    keys: Sequence[Any],
    identities: Sequence[Any],
    query: QueryDict,
    now: datetime,
) -> dict[str, Any]:
    """Return the part of the context, and set ``replaced_by`` of each secret and key.

    They are those that the tab lists.
    """
    life: dict[str, Any] = {"token_lifetime_s": client.token_lifetime_s, "now": now}
    of_secrets, of_keys = rotations(secrets, **life), rotations(keys, **life)
    rotating = [*of_secrets, *of_keys]
    move = move_of(secrets, [*keys, *identities], **life)
    period = period_of(query, rotation_period(rotating, now=now))
    is_shown = bool(rotating or (move and move.new))
    uses = hours_of(client, now=now) if is_shown else ()
    charts = rotation_charts(client, rotating, period, uses=uses, now=now) if rotating else []
    successors: Mapping[Any, Any] = {one.old.used: one.new for one in rotating}
    for column, credentials in (("secret_id", secrets), ("key_id", keys)):
        for one in credentials:
            successor = successors.get((column, one.pk))
            one.replaced_by = successor and successor.credential
    return {
        "period": period,
        "rotations": _with_charts(of_secrets, charts[: len(of_secrets)]),
        "key_rotations": _with_charts(of_keys, charts[len(of_secrets) :]),
        "move": move,
        "move_chart": move_chart(client, move, period, uses=uses, now=now)
        if move and move.new
        else None,
    }


def _with_charts(rotating: Sequence[Rotation], charts: Sequence[Any]) -> list[tuple[Any, Any]]:
    return list(zip(rotating, charts, strict=True))

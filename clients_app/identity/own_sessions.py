"""The sessions of a person: listed for them and for those who manage them, and ended (SES-2).

What is listed comes from the content of the sessions, which is encrypted in the database.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app import audit
from clients_app.actors import Actor
from clients_app.identity.session_store import SessionStore
from clients_app.identity.sessions import Noted, noted_in
from clients_app.models import Person, Session
from clients_app.permissions import Action, require
from clients_app.rules.browsers import browser_of
from clients_app.services.authorizations.endings import end_of_session
from clients_app.services.people.accounts import require_may_manage

SHOWN_MAX: Final = 50
_NAMED_IN_EVENT: Final = 10
_WAYS: Final[dict[str, str | Promise]] = {  # by the method and, for a second factor, the type
    "password": _("Password"),
    "totp": _("Code"),
    "recovery_codes": _("Recovery code"),
    "webauthn": _("Passkey"),
}


class LiveSession(NamedTuple):
    """A session that has not ended; ``id`` stays the same when its key changes."""

    id: str
    began_at: datetime
    seen_at: datetime
    address: str
    browser: str
    ways: str  # how the person signed in


def live_sessions(person: Person, *, now: datetime) -> list[LiveSession]:
    """Return the sessions of ``person``, those seen last first, at most SHOWN_MAX."""
    found = [_session(noted, content) for _row, noted, content in _living(person, now)]
    return sorted(found, key=lambda one: one.seen_at, reverse=True)[:SHOWN_MAX]


def end_sessions(
    person: Person, *, only: str = "", spare: str = "", actor: Actor, now: datetime
) -> int:
    """Sign ``person`` out everywhere; return how many sessions ended.

    With ``only``, just the one with this id; never the one with the id ``spare``. What
    applications got in them ends too, as at a sign-out. Errors: Forbidden; NotFound.
    """
    with transaction.atomic():
        if actor.id == str(person.pk):
            require(actor, Action.END_OWN_SESSIONS)
        else:
            require_may_manage(person, actor=actor)
        rows: Any = Person.objects.select_for_update(no_key=True)
        person = rows.get(pk=person.pk)  # the same session ends once
        ended = []
        for row, noted, content in _living(person, now):
            if noted.id == spare or (only and noted.id != only):
                continue
            row.delete()
            end_of_session(noted.id, now=now)
            session = _session(noted, content)
            ended.append(f"{session.browser}, {session.address}")
        if ended:
            named = [*ended[:_NAMED_IN_EVENT], *(["..."] if ended[_NAMED_IN_EVENT:] else [])]
            after = {"sessions": named}
            audit.record("person.sessions.ended", person, actor=actor, now=now, after=after)
    return len(ended)


def _living(person: Person, now: datetime) -> Iterator[tuple[Session, Noted, dict[str, Any]]]:
    """Yield the sessions that still let ``person`` in: not those from before a new password."""
    store = SessionStore()
    fitting = {person.get_session_auth_hash(), *person.get_session_auth_fallback_hash()}
    for row in Session.objects.filter(person=person, expire_date__gt=now).order_by("pk"):
        content = store.decode(row.session_data)
        noted = noted_in(content, now.timestamp())
        is_over = noted.left(now.timestamp()).seconds == 0
        if noted.id and content.get(HASH_SESSION_KEY) in fitting and not is_over:
            yield row, noted, content


def _session(noted: Noted, content: dict[str, Any]) -> LiveSession:
    browser = browser_of(noted.user_agent)
    on_system = gettext("%(browser)s on %(system)s") if browser.system else "%(browser)s"
    words = {"browser": browser.name or gettext("Another program"), "system": browser.system}
    return LiveSession(
        noted.id,
        datetime.fromtimestamp(noted.began_at, UTC),
        datetime.fromtimestamp(noted.seen_at, UTC),
        noted.address,
        on_system % words,
        ", ".join(dict.fromkeys(_ways(content))),
    )


def _ways(content: dict[str, Any]) -> Iterator[str]:
    """Yield how the person signed in; proofs of identity came later."""
    names = {one.id: one.name for one in settings.SIGN_ON_PROVIDERS}
    for record in content.get(AUTHENTICATION_METHODS_SESSION_KEY) or []:
        if not record.get("reauthenticated"):
            method = record.get("type") if record["method"] == "mfa" else record["method"]
            way = names.get(record.get("provider")) or _WAYS.get(str(method))
            if way:
                yield str(way)

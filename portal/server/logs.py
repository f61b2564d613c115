"""Formats log records as text or JSON, without secrets, tokens and one-time links.

Each line that belongs to a request has its Operation Id (LOG-1, LOG-2).
"""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any, Final

from clients_app.http import operation_ids

#: Client Secrets, JSON Web Tokens, one-time links, and the credentials of Authorization headers
_SECRETS = re.compile(
    r"pcs_[0-9A-Za-z]+"
    r"|eyJ[\w-]+\.[\w-]+\.[\w-]*"
    r"|(?:(?<=/choose-password/)|(?<=/calendar/))[^\s\"'<>]+"
    r"|(?i:(?<=bearer )|(?<=basic ))[\w.~+/=-]{8,}"
)
#: attributes of every record; all others come from ``extra``
_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class Text(logging.Formatter):
    """One line per record: `2026-11-23T07:30:00.123Z WARNING django.request [ID]: Not Found: /x`.

    The server's own threads have no Operation Id. A traceback is indented, so that none of its
    lines looks like a record.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as text."""
        operation_id = operation_ids.current()
        source = f"{record.name} [{operation_id}]" if operation_id else record.name
        lines = [f"{_moment(record)} {record.levelname} {source}: {_line(record.getMessage())}"]
        if record.exc_info and _is_error(record):
            traceback = self.formatException(record.exc_info).splitlines()
            lines += [f"    {_line(line)}" for line in traceback]
        return "\n".join(lines)


class Json(logging.Formatter):
    """One JSON object per record, for log collectors, with the members of ``extra``."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON on one line."""
        facts: dict[str, Any] = {
            "at": _moment(record),
            "level": record.levelname,
            "logger": record.name,
            "message": _without_secrets(record.getMessage()),
            **_extra(record),
        }
        if operation_id := operation_ids.current():
            facts["operation_id"] = operation_id
        if record.exc_info and _is_error(record):
            facts["traceback"] = _without_secrets(self.formatException(record.exc_info))
        return json.dumps(facts)


def _is_error(record: logging.LogRecord) -> bool:
    """Return whether the portal is at fault; a request that Django refuses needs no traceback."""
    return record.levelno >= logging.ERROR and not record.name.startswith("django.security")


def _extra(record: logging.LogRecord) -> dict[str, Any]:
    """Return the plain values of ``extra``; Django adds its whole request."""
    return {
        name: _without_secrets(value) if isinstance(value, str) else value
        for name, value in vars(record).items()
        if name not in _STANDARD and isinstance(value, str | int | float | bool)
    }


def _without_secrets(text: str) -> str:
    return _SECRETS.sub("[removed]", text)


def _line(text: str) -> str:
    """Return ``text`` without secrets and with control characters escaped, so that no name or
    address that a person chose can add a line."""
    return _CONTROLS.sub(lambda found: repr(found[0])[1:-1], _without_secrets(text))


def _moment(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC).replace(tzinfo=None)
    return f"{moment.isoformat(timespec='milliseconds')}Z"

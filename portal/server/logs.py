"""How log records are written: as text or JSON, without secrets, tokens and one-time links.

Each line of a request carries its Operation Id (LOG-1, LOG-2).
"""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any, Final

from clients_app.http import operation_ids

#: Client Secrets, JSON Web Tokens, one-time links, and what follows a header that carries either
_SECRETS = re.compile(
    r"pcs_[0-9A-Za-z]+"
    r"|eyJ[\w-]+\.[\w-]+\.[\w-]*"
    r"|(?<=/choose-password/)[^\s\"'<>]+"
    r"|(?<=/calendar/)[^\s\"'<>]+"
    r"|(?i:(?<=bearer )|(?<=basic ))[\w.~+/=-]{8,}"
)
#: what every record has; all else was said by ``extra``
_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class Text(logging.Formatter):
    """A line a record: `2026-11-23T07:30:00.123Z WARNING django.request [ID]: Not Found: /x`.

    Threads of the server's own have no Operation Id. A traceback follows indented, so that none of
    its lines can pass for a record.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as text."""
        operation_id = operation_ids.current()
        source = f"{record.name} [{operation_id}]" if operation_id else record.name
        lines = [f"{_moment(record)} {record.levelname} {source}: {_line(record.getMessage())}"]
        if record.exc_info:
            traceback = self.formatException(record.exc_info).splitlines()
            lines += [f"    {_line(line)}" for line in traceback]
        return "\n".join(lines)


class Json(logging.Formatter):
    """A JSON object a record, for collectors of logs; facts given by ``extra`` are members."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON on one line."""
        facts: dict[str, Any] = {
            "at": _moment(record),
            "level": record.levelname,
            "logger": record.name,
            "message": _without_secrets(record.getMessage()),
            **_said(record),
        }
        if operation_id := operation_ids.current():
            facts["operation_id"] = operation_id
        if record.exc_info:
            facts["traceback"] = _without_secrets(self.formatException(record.exc_info))
        return json.dumps(facts)


def _said(record: logging.LogRecord) -> dict[str, Any]:
    """Return what was given by ``extra`` and is plain: Django adds its whole request."""
    return {
        name: _without_secrets(value) if isinstance(value, str) else value
        for name, value in vars(record).items()
        if name not in _STANDARD and isinstance(value, str | int | float | bool)
    }


def _without_secrets(text: str) -> str:
    return _SECRETS.sub("[removed]", text)


def _line(text: str) -> str:
    """Return ``text`` without secrets, its control characters written out, so that no
    chosen name or address becomes a line of its own."""
    return _CONTROLS.sub(lambda found: repr(found[0])[1:-1], _without_secrets(text))


def _moment(record: logging.LogRecord) -> str:
    at = datetime.fromtimestamp(record.created, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"

"""What a file of `manage.py apply` may say, checked by type before anything is looked up.

A field that is left out, or null, stays as it is, or has its default in what is new.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from clients_app.errors import PortalError
from clients_app.errors import gettext_noop as _
from clients_app.rules.client_fields import APPLICATION_URLS, LINES
from clients_app.rules.client_types import CLIENT_TYPES, URL_KINDS
from clients_app.rules.names import key_of
from clients_app.services.declared.fields import line_of

VERSION: Final = 1
_SHOWN_MAX: Final = 50  # problems

Check = Callable[[Any], str]  # what the value must be; empty if it is


class DocumentRefused(PortalError):
    """The file has these problems, each with its place; nothing was changed."""

    def __init__(self, problems: Iterable[str]) -> None:
        lines = list(problems)
        shown = lines[:_SHOWN_MAX]
        if len(lines) > _SHOWN_MAX:
            shown.append(f"{len(lines) - _SHOWN_MAX} more problems")
        super().__init__("%(lines)s", lines="\n".join(shown))


@dataclass(frozen=True, slots=True)
class Entry:
    """A role, an API or a client of the file; ``path`` is its place there, by number and name."""

    path: str
    values: dict[str, Any]
    raw: dict[Any, Any] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        return str(self.values.get("name", ""))

    def problem(self, sentence: str, name: str = "") -> str:
        """Return what is wrong with the entry, or with its field ``name``, and where that is."""
        about = f"{name}: " if name else ""
        return f"{line_of(self.raw, name)}{self.path}: {about}{sentence}"


@dataclass(frozen=True, slots=True)
class Document:
    """A whole file: what it lists, and the tenant that it is for, if it says so."""

    tenant: str = ""
    roles: list[Entry] = field(default_factory=list)
    apis: list[Entry] = field(default_factory=list)
    clients: list[Entry] = field(default_factory=list)


def _is(kind: type, words: str) -> Check:
    return lambda value: "" if type(value) is kind else words


def _text(value: Any) -> str:
    return "" if isinstance(value, str) else _("a text: put it in quotes")


def _texts(value: Any) -> str:
    fits = isinstance(value, list) and not any(map(_text, value))
    return "" if fits else _("a list of texts")


def _scopes(value: Any) -> str:
    fits = isinstance(value, list) and all(
        isinstance(one, str)
        or (isinstance(one, dict) and "name" in one and not _unfit(one, _SCOPE_FIELDS))
        for one in value
    )
    return "" if fits else _("a list of texts, or of name and description")


def _may_call(value: Any) -> str:
    fits = isinstance(value, dict) and not _unfit(value, _MAY_CALL_FIELDS)
    return "" if fits else _("built_in (true or false), default, and apis: Identifier: [scopes]")


def _apis(value: Any) -> str:
    fits = (
        isinstance(value, dict)
        and not any(map(_text, value))
        and not any(_texts(scopes) for scopes in value.values())
    )
    return "" if fits else _("scopes by Identifier")


def _texts_by_name(value: Any) -> str:
    fits = isinstance(value, dict) and not any(map(_text, (*value, *value.values())))
    return "" if fits else _("texts by name")


def _jwk(value: Any) -> str:
    return "" if isinstance(value, (str, dict)) else _("a JWK or a text")


def _several(fields: dict[str, Check], words: str) -> Check:
    def check(value: Any) -> str:
        fits = isinstance(value, list) and all(
            isinstance(one, dict) and not _unfit(one, fields) for one in value
        )
        return "" if fits else words

    return check


_public_keys: Final = _several(
    {**dict.fromkeys(("description", "expires", "jwks_url"), _text), "key": _jwk},
    _("a list of key or jwks_url, with description and expires"),
)
_identities: Final = _several(
    {
        **dict.fromkeys(("description", "expires", "platform", "issuer"), _text),
        **dict.fromkeys(("audience", "subject"), _text),
        **dict.fromkeys(("fields", "claims"), _texts_by_name),
        "jwks": _jwk,
    },
    _("a list of platform and fields, or of issuer, subject and claims"),
)
_SWITCH: Final = _is(bool, _("true or false"))
_NUMBER: Final = _is(int, _("a whole number"))
_SCOPE_FIELDS: Final[dict[str, Check]] = {"name": _text, "description": _text}
_MAY_CALL_FIELDS: Final[dict[str, Check]] = {
    "built_in": _SWITCH,
    "default": _text,
    "apis": _apis,
}
ROLE_FIELDS: Final[dict[str, Check]] = {"name": _text, "description": _text}
API_FIELDS: Final[dict[str, Check]] = {
    **dict.fromkeys(("name", "identifier", "description"), _text),
    "scopes": _scopes,
}
CLIENT_FIELDS: Final[dict[str, Check]] = {
    "id": _text,
    "name": _text,
    "type": lambda value: "" if value in [*CLIENT_TYPES] else " | ".join(CLIENT_TYPES),
    "enabled": _SWITCH,
    "token_lifetime": _NUMBER,
    **{line.name: _text for line in LINES},
    **dict.fromkeys(("tags", "roles", "owners"), _texts),
    **dict.fromkeys(("may_introspect", "may_rotate_own_secrets", "may_add_secrets"), _SWITCH),
    **dict.fromkeys(("demands_assertion_type", "accepts_token_endpoint_audience"), _SWITCH),
    "public_keys": _public_keys,
    "federated_identities": _identities,
    "may_call": _may_call,
    **{kind.path: _texts for kind in URL_KINDS},
    **{line.name: _text for line in APPLICATION_URLS},
    **dict.fromkeys(("allow_refresh_token", "first_party"), _SWITCH),
}
_KINDS: Final = {  # in a file -> the fields of an entry, and the one that it must have
    "roles": (ROLE_FIELDS, "name"),
    "apis": (API_FIELDS, "identifier"),
    "clients": (CLIENT_FIELDS, "name"),
}


def parse_document(data: Any) -> Document:
    """Return the file as entries. Errors: DocumentRefused with all problems."""
    known = ("version", "tenant", *_KINDS)
    if not isinstance(data, dict):
        raise DocumentRefused([_("Begin the file with roles, apis or clients, each a list.")])
    problems = [
        f"{line_of(data, name)}{name}: there is no such field."
        for name in data
        if name not in known
    ]
    if data.get("version", VERSION) != VERSION:
        problems.append(f"{line_of(data, 'version')}version: enter {VERSION}.")
    tenant = data.get("tenant") or ""
    if _text(tenant):
        problems.append(f"{line_of(data, 'tenant')}tenant: enter {_text(tenant)}.")
    entries = {kind: _entries(data, kind, problems) for kind in _KINDS}
    if problems:
        raise DocumentRefused(problems)
    return Document(tenant=tenant, **entries)


def _entries(data: dict[Any, Any], kind: str, problems: list[str]) -> list[Entry]:
    given = data.get(kind)
    if given is None:
        return []
    if not isinstance(given, list):
        problems.append(f"{line_of(data, kind)}{kind}: enter a list.")
        return []
    fields, required = _KINDS[kind]
    entries = []
    for number, raw in enumerate(given, 1):
        path = f"{kind} {number}"
        if not isinstance(raw, dict):
            problems.append(f"{line_of(data, kind)}{path}: enter fields, such as {required}.")
            continue
        if isinstance(raw.get("name"), str):
            path += f" ({raw['name']})"
        values = {name: value for name, value in raw.items() if value is not None}
        entry = Entry(path, values, raw)
        found = _unfit(raw, fields)
        if raw.get(required) is None:
            found[required] = "enter it."
        problems += [entry.problem(sentence, str(name)) for name, sentence in found.items()]
        entries.append(entry)
    for name in dict.fromkeys(("name", "id", required)):
        problems += _repeated(entries, name)
    return entries


def _unfit(raw: dict[Any, Any], fields: dict[str, Check]) -> dict[Any, str]:
    """Return what is wrong with each field that is."""
    problems = {name: "there is no such field." for name in raw if name not in fields}
    for name, check in fields.items():
        if raw.get(name) is not None and (must_be := check(raw[name])):
            problems[name] = f"enter {must_be}."
    return problems


def _repeated(entries: Iterable[Entry], name: str) -> list[str]:
    first: dict[str, str] = {}
    problems = []
    for entry in entries:
        value = entry.values.get(name)
        if not isinstance(value, str):
            continue
        key = value if name == "identifier" else key_of(value)
        if key in first:
            problems.append(entry.problem(f"{first[key]} has the same {name}."))
        first.setdefault(key, entry.path)
    return problems

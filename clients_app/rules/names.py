"""What people may call things: names, descriptions, contacts and tags, and when two are the same.

Source: CLI-3.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from clients_app.errors import RuleBroken, gettext_noop
from clients_app.limits import (
    NAME_MAX,
    ROLE_NAME_MAX,
    SAVED_FILTER_NAME_MAX,
    TAG_MAX,
    TAGS_MAX,
    TENANT_NAME_MAX,
    USERNAME_MAX,
)

#: One character of NFC stands for at most four others. Unicode leaves it open how slow
#: normalising is, and thousands of accents on one letter take seconds.
_NFC_SHRINKS_BY: Final = 4
_LINE_BREAK: Final = re.compile("[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]")
_DIRECTION: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNFIT: Final = ("Cc", "Cs")  # control characters; halves of a character, which cannot be stored


def key_of(text: str) -> str:
    """Return what two texts have in common when they differ only in case or Unicode form.

    Units: up to three times as long as the text.
    A text too long to be a name is not normalised; its key is longer than every stored one.
    """
    if len(text) > _NFC_SHRINKS_BY * NAME_MAX:
        return text.casefold()
    return _nfc(_nfc(text).casefold())


def clean_client_name(text: str) -> str:
    """Return ``text`` as the Name of a client: trimmed, NFC, 1 to 200 characters."""
    return _clean_name(text, maximum=NAME_MAX)


def clean_role_name(text: str) -> str:
    """Return ``text`` as a Role Name: trimmed, NFC, 1 to 60 characters."""
    return _clean_name(text, maximum=ROLE_NAME_MAX)


def clean_tenant_name(text: str) -> str:
    """Return ``text`` as the name of an organisation: trimmed, NFC, 1 to 200 characters."""
    return _clean_name(text, maximum=TENANT_NAME_MAX)


def clean_filter_name(text: str) -> str:
    """Return ``text`` as the name of a saved filter: trimmed, NFC, 1 to 60 characters."""
    return _clean_name(text, maximum=SAVED_FILTER_NAME_MAX)


def clean_username(text: str) -> str:
    """Return ``text`` as the Username of a person: trimmed, NFC, 1 to 150 characters."""
    return _clean_name(text, maximum=USERNAME_MAX, field="username")


def clean_line(text: str, *, maximum: int, field: str) -> str:
    """Return ``text`` trimmed and in NFC; it may be empty.

    Errors: RuleBroken for line breaks, control and direction-override characters, and for more
    than ``maximum`` characters.
    """
    trimmed = text.strip()
    _refuse_unfit_characters(trimmed, field=field)
    fits = len(trimmed) <= _NFC_SHRINKS_BY * maximum
    line = _nfc(trimmed) if fits else trimmed
    if len(line) > maximum:
        raise RuleBroken(
            gettext_noop(
                "Enter at most %(maximum)s characters. "
                "This text has %(length)s: %(excess)s too many."
            ),
            field=field,
            maximum=maximum,
            length=len(line),
            excess=len(line) - maximum,
        )
    return line


def clean_tags(tags: Iterable[str]) -> list[str]:
    """Return ``tags`` cleaned, in their order, each once (ignoring case).

    Errors: RuleBroken if one is empty, too long or holds a comma; for more than 20.
    """
    by_key: dict[str, str] = {}
    for tag in tags:
        cleaned = _clean_tag(tag)
        by_key.setdefault(key_of(cleaned), cleaned)
    if len(by_key) > TAGS_MAX:
        raise RuleBroken(
            gettext_noop(
                "Enter at most %(maximum)s tags. There are %(length)s: %(excess)s too many."
            ),
            field="tags",
            maximum=TAGS_MAX,
            length=len(by_key),
            excess=len(by_key) - TAGS_MAX,
        )
    return list(by_key.values())


def split_tags(text: str) -> list[str]:
    """Return the tags that a person typed with commas between them."""
    return clean_tags(tag for tag in text.split(",") if tag.strip())


def _clean_name(text: str, *, maximum: int, field: str = "name") -> str:
    name = clean_line(text, maximum=maximum, field=field)
    if not _is_visible(name):
        raise RuleBroken(
            gettext_noop("Enter a name of 1 to %(maximum)s characters."),
            field=field,
            maximum=maximum,
        )
    return name


def _clean_tag(text: str) -> str:
    tag = clean_line(text, maximum=TAG_MAX, field="tags")
    if not _is_visible(tag) or "," in tag:
        raise RuleBroken(
            gettext_noop("Enter tags of 1 to %(maximum)s characters, without commas inside."),
            field="tags",
            maximum=TAG_MAX,
        )
    return tag


def _refuse_unfit_characters(text: str, *, field: str) -> None:
    if _LINE_BREAK.search(text):
        raise RuleBroken(gettext_noop("Enter the text on one line."), field=field)
    for position, character in enumerate(text, start=1):
        if character in _DIRECTION or unicodedata.category(character) in _UNFIT:
            raise RuleBroken(
                gettext_noop(
                    "Enter the text without characters that control its direction or display. "
                    "Remove character %(position)s (%(code)s)."
                ),
                field=field,
                position=position,
                code=f"U+{ord(character):04X}",
            )


def _is_visible(text: str) -> bool:
    """Tell whether anything but spaces, format characters and loose accents is in ``text``."""
    return any(unicodedata.category(character)[0] in "LNPS" for character in text)


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)

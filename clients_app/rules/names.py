"""Which names, descriptions, contacts and tags are allowed, and when two are the same.

Source: CLI-3.
"""

import re
import unicodedata
from collections.abc import Iterable, Sized
from functools import partial
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

#: One character of NFC stands for at most four others. Longer text is not normalized: thousands of
#: accents on one letter take seconds.
_NFC_SHRINKS_BY: Final = 4
_LINE_BREAK: Final = re.compile("[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]")
_DIRECTION: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_FORBIDDEN: Final = ("Cc", "Cs")  # control characters; surrogates, which cannot be stored


def key_of(text: str) -> str:
    """Return a key that is equal for texts that differ only in case or Unicode form.

    It is up to three times as long as the text; for text too long for a name, longer than any
    stored key.
    """
    if len(text) > _NFC_SHRINKS_BY * NAME_MAX:
        return text.casefold()
    return _nfc(_nfc(text).casefold())


def clean_line(text: str, *, maximum: int, field: str) -> str:
    """Return ``text`` trimmed and in NFC; it may be empty.

    Errors: RuleBroken for line breaks, control and direction-override characters, and for more
    than ``maximum`` characters.
    """
    line = text.strip()
    _check_characters(line, field=field)
    if len(line) <= _NFC_SHRINKS_BY * maximum:
        line = _nfc(line)
    too_many = gettext_noop(
        "Enter at most %(maximum)s characters. This text has %(length)s: %(excess)s too many."
    )
    check_length(line, too_many, maximum=maximum, field=field)
    return line


def check_length(items: Sized, too_many: str, *, maximum: int, field: str) -> None:
    """Raise RuleBroken (``field``) with the sentence ``too_many`` for more than ``maximum``."""
    if (length := len(items)) > maximum:
        excess = length - maximum
        raise RuleBroken(too_many, field=field, maximum=maximum, length=length, excess=excess)


def clean_tags(tags: Iterable[str]) -> list[str]:
    """Return ``tags`` cleaned, in order, without duplicates (ignoring case).

    Errors: RuleBroken if one is empty, too long or contains a comma; for more than 20.
    """
    by_key: dict[str, str] = {}
    for tag in map(_clean_tag, tags):
        by_key.setdefault(key_of(tag), tag)
    too_many = gettext_noop(
        "Enter at most %(maximum)s tags. There are %(length)s: %(excess)s too many."
    )
    check_length(by_key, too_many, maximum=TAGS_MAX, field="tags")
    return list(by_key.values())


def split_tags(text: str) -> list[str]:
    """Return the tags in ``text``, separated by commas; see ``clean_tags``."""
    return clean_tags(tag for tag in text.split(",") if tag.strip())


def _clean_name(text: str, *, maximum: int, field: str = "name") -> str:
    """Return ``text`` trimmed, in NFC, with 1 to ``maximum`` characters; or raise RuleBroken."""
    name = clean_line(text, maximum=maximum, field=field)
    if not _is_visible(name):
        sentence = gettext_noop("Enter a name of 1 to %(maximum)s characters.")
        raise RuleBroken(sentence, field=field, maximum=maximum)
    return name


clean_client_name: Final = partial(_clean_name, maximum=NAME_MAX)
clean_role_name: Final = partial(_clean_name, maximum=ROLE_NAME_MAX)
clean_tenant_name: Final = partial(_clean_name, maximum=TENANT_NAME_MAX)
clean_filter_name: Final = partial(_clean_name, maximum=SAVED_FILTER_NAME_MAX)
clean_username: Final = partial(_clean_name, maximum=USERNAME_MAX, field="username")


def _clean_tag(text: str) -> str:
    tag = clean_line(text, maximum=TAG_MAX, field="tags")
    if not _is_visible(tag) or "," in tag:
        raise RuleBroken(
            gettext_noop("Enter tags of 1 to %(maximum)s characters, without commas inside."),
            field="tags",
            maximum=TAG_MAX,
        )
    return tag


def _check_characters(text: str, *, field: str) -> None:
    if _LINE_BREAK.search(text):
        raise RuleBroken(gettext_noop("Enter the text on one line."), field=field)
    for position, character in enumerate(text, start=1):
        if character in _DIRECTION or unicodedata.category(character) in _FORBIDDEN:
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
    """Return whether ``text`` has more than spaces, format characters and loose accents."""
    return any(unicodedata.category(character)[0] in "LNPS" for character in text)


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)

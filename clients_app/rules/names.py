"""Which names, descriptions, contacts and tags are allowed, and when two are the same.

Source: CLI-3, CLI-4.
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
_SPACES: Final = re.compile(r"[\s\u2800]+")  # the last one is a Braille cell without dots
_JOINERS: Final = "\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef"  # and variation selectors
#: Default_Ignorable_Code_Point of Unicode's DerivedCoreProperties.txt
_INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]"
)
_IGNORED: Final = re.compile(f"[{_JOINERS}\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
_FORBIDDEN: Final = ("Cc", "Cs")  # control characters; surrogates, which cannot be stored


def key_of(text: str) -> str:
    """Return a key that is equal for texts that look alike or differ only in case.

    NFKC, case folding, no invisible characters, one space for each run of spaces. Names are unique
    and found by their keys, at every door. The key of a name is up to three times as long as the
    longest name; for text too long for a name, longer than any stored key. Source: CLI-4.
    """
    if len(text) > _NFC_SHRINKS_BY * NAME_MAX:
        return text.casefold()
    while (folded := _folded(text)) != text:
        text = folded
    return text


def clean_line(text: str, *, maximum: int, field: str) -> str:
    """Return ``text`` trimmed, in NFC, with single spaces; it may be empty.

    Invisible characters are left out, except those that join or vary visible ones.
    Errors: RuleBroken for line breaks, control and direction-override characters, and for more
    than ``maximum`` characters.
    """
    line = text.strip()
    _check_characters(line, field=field)
    line = squeezed(line)
    if len(line) <= _NFC_SHRINKS_BY * maximum:
        line = _nfc(line)
    too_many = gettext_noop(
        "Enter at most %(maximum)s characters. This text has %(length)s: %(excess)s too many."
    )
    check_length(line, too_many, maximum=maximum, field=field)
    if len(key_of(line)) > 3 * maximum:  # such as 200 times U+FDFA, which NFKC writes as 18 each
        sentence = gettext_noop("Enter fewer characters. Some of these stand for many others.")
        raise RuleBroken(sentence, field=field)
    return line


def squeezed(text: str) -> str:
    """Return ``text`` without invisible characters, with one space for each run of spaces."""
    return _SPACES.sub(" ", _INVISIBLE.sub("", text)).strip()


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
clean_api_name: Final = clean_client_name
clean_role_name: Final = partial(_clean_name, maximum=ROLE_NAME_MAX)
clean_tenant_name: Final = partial(_clean_name, maximum=TENANT_NAME_MAX)
clean_filter_name: Final = partial(_clean_name, maximum=SAVED_FILTER_NAME_MAX)
clean_username: Final = partial(_clean_name, maximum=USERNAME_MAX, field="username")


def copied_name(name: str, number: int) -> str:
    """Return the name of a copy, at most as long as a name may be: "Pump copy", "Pump copy 2"."""
    ending = " copy" if number == 1 else f" copy {number}"
    return f"{name[: NAME_MAX - len(ending)].rstrip()}{ending}"


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


def _folded(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", squeezed(_IGNORED.sub("", text)))


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)

"""Names, lines and tags: trimmed, NFC, within their limits, free of unfit characters."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients_app.rules.names import (
    clean_client_name,
    clean_line,
    clean_role_name,
    clean_tags,
    key_of,
    split_tags,
)
from tests.rules.refusals import refused

DIRECTION_OVERRIDES = [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]
CONTROLS = [*range(0x20), *range(0x7F, 0xA0)]
TEXTS = st.text(
    st.characters(
        exclude_categories=["Cc", "Cs", "Zl", "Zp"],
        exclude_characters=[chr(code) for code in DIRECTION_OVERRIDES],
    ),
    max_size=80,
)


def test_key_ignores_case_and_unicode_form():
    assert key_of("Pump 14") == key_of("PUMP 14") == "pump 14"
    assert key_of("Stra\u00dfe") == key_of("STRASSE") == key_of("stra\u1e9ee")
    assert key_of("Zu\u0308rich") == key_of("Z\u00fcrich") == key_of("Z\u00dcRICH")
    assert key_of("\u03a3\u03a3") == key_of("\u03c3\u03c2")
    assert key_of("\u212bngstr\u00f6m") == key_of("\u00e5ngstro\u0308m")


def test_key_keeps_different_names_apart():
    assert key_of("\u0390") == "\u0390"  # one letter, which casefold() takes apart
    assert len({key_of(text) for text in ("a", "b", "\u00e4", "\u0430", "ab", "a b", "")}) == 7


def test_key_ignores_spaces_invisible_characters_and_styles_of_letters():
    for text in (
        *("Line 4  pump", "Line\u00a04\u3000pump", " Line 4 pump\t", "Line 4 \u2800pump"),
        *("Line\u200b 4 pump", "\ufeffLine 4 pu\u00admp", "Li\u200dne 4 pump\ufe0f"),
        *("\uff2cine 4 pump", "L\u2071ne 4 pump", "Line \u2463 pump"),
    ):
        assert key_of(text) == "line 4 pump", ascii(text)


@given(TEXTS)
def test_key_is_its_own_key_whatever_the_form(text):
    assert key_of(unicodedata.normalize("NFD", text)) == key_of(unicodedata.normalize("NFC", text))
    assert key_of(key_of(text)) == key_of(text)
    assert unicodedata.is_normalized("NFKC", key_of(text))


def test_key_longer_than_three_times_the_limit_is_refused():
    assert clean_client_name("\ufdfa" * 33)  # NFKC writes each as 18
    for text in ("\ufdfa" * 34, "\ufdfa" * 200):
        assert "Some of these stand for many others" in str(refused(clean_client_name, text))
    assert refused(clean_tags, ["\ufdfa" * 9]).field == "tags"


@pytest.mark.parametrize(("clean", "maximum"), [(clean_client_name, 200), (clean_role_name, 60)])
def test_name_is_counted_after_trimming_and_nfc(clean, maximum):
    assert clean("x") == "x"
    assert clean("  \u00a0" + "x" * maximum + "\t\r\n ") == "x" * maximum
    assert clean("e\u0301" * maximum) == "\u00e9" * maximum
    assert clean("\U0001f600" * maximum) == "\U0001f600" * maximum

    for too_long in ("x" * (maximum + 1), "e\u0301" * (maximum + 1)):
        error = refused(clean, too_long)
        assert error.field == "name"
        assert error.values == {"maximum": maximum, "length": maximum + 1, "excess": 1}
    assert f"at most {maximum} characters" in str(refused(clean, "x" * (maximum + 7)))
    assert "7 too many" in str(refused(clean, "x" * (maximum + 7)))


def test_name_that_grows_by_nfc_is_counted_at_its_full_length():
    grows = "\u0958"  # NFC writes it as two characters

    assert clean_client_name(grows * 100) == "\u0915\u093c" * 100
    assert refused(clean_client_name, grows * 101).values["length"] == 202


@pytest.mark.parametrize("clean", [clean_client_name, clean_role_name])
@pytest.mark.parametrize(
    "text", ["", "   ", "\n", "\u00a0\u3000", "\u200b", "\u200e\ufeff", "\u0301"]
)
def test_name_must_have_something_to_see(clean, text):
    assert refused(clean, text).field == "name"


@pytest.mark.parametrize("code", CONTROLS + DIRECTION_OVERRIDES + [0x2028, 0x2029, 0xD800, 0xDFFF])
def test_unfit_characters_are_refused_everywhere(code):
    text = f"a{chr(code)}b"

    assert refused(clean_client_name, text).field == "name"
    assert refused(clean_role_name, text).field == "name"
    assert refused(clean_line, text, maximum=200, field="contact").field == "contact"
    assert refused(clean_tags, [text]).field == "tags"


def test_refusal_names_the_unfit_character():
    error = refused(clean_client_name, "  Pump\u202egnp.exe")

    assert error.values == {"position": 5, "code": "U+202E"}
    assert "Remove character 5 (U+202E)." in str(error)
    assert "on one line" in str(refused(clean_client_name, "a\r\nb"))


@pytest.mark.parametrize("code", [0x20, 0x7E, 0xA1, 0x200C, 0x200D, 0xFE0F])
def test_neighbours_of_unfit_characters_are_kept(code):
    assert clean_client_name(f"a{chr(code)}b") == f"a{chr(code)}b"


def test_runs_of_spaces_become_one_and_invisible_characters_none():
    assert clean_client_name("Line 4  pump") == "Line 4 pump"
    assert clean_client_name("Line\u00a04 \u3000 pump") == "Line 4 pump"
    for code in (0xAD, 0x200B, 0x200F, 0x2060, 0x2065, 0x206A, 0xFEFF, 0x3164, 0xE0041):
        assert clean_client_name(f"a{chr(code)}b") == "ab"
    assert clean_line("a  b", maximum=200, field="contact") == "a b"
    assert clean_tags(["pump  station", "pump\u200b station"]) == ["pump station"]


def test_markup_and_formulas_are_only_text():
    for text in ("<img src=x onerror=alert(1)>", "=cmd|'/c calc'!A1", "100%", "%(length)s"):
        assert clean_client_name(text) == text


@given(TEXTS)
def test_cleaning_twice_changes_nothing_and_form_does_not_matter(text):
    line = clean_line(text, maximum=400, field="description")

    assert clean_line(line, maximum=400, field="description") == line
    assert unicodedata.is_normalized("NFC", line)
    assert line == line.strip()
    decomposed = unicodedata.normalize("NFD", text)
    assert clean_line(decomposed, maximum=400, field="description") == line


def test_line_may_be_empty_and_has_its_own_limit():
    assert clean_line("", maximum=500, field="description") == ""
    assert clean_line(" \n ", maximum=500, field="description") == ""
    assert clean_line("x" * 500, maximum=500, field="description") == "x" * 500
    error = refused(clean_line, "x" * 501, maximum=500, field="description")
    assert (error.field, error.values["excess"]) == ("description", 1)


def test_text_of_four_times_the_limit_can_still_fit():
    four_for_one = "\u03b1\u0313\u0300\u0345"  # NFC writes them as one character

    assert clean_line(four_for_one * 200, maximum=200, field="name") == "\u1f82" * 200
    assert refused(clean_line, four_for_one * 201, maximum=200, field="name").field == "name"


def test_text_with_too_many_accents_is_refused_without_normalising(monkeypatch: pytest.MonkeyPatch):
    """Normalising it would take half an hour."""
    mountain = "a" + "\u0300\u0316" * 500_000
    normalize, longest = unicodedata.normalize, 0

    def measured(form: str, text: str) -> str:
        nonlocal longest
        longest = max(longest, len(text))
        assert longest < 10_000
        return normalize(form, text)

    monkeypatch.setattr(unicodedata, "normalize", measured)

    assert refused(clean_client_name, mountain).field == "name"
    assert refused(clean_tags, [mountain]).field == "tags"
    assert len(key_of(mountain)) > 600


def test_tags_keep_their_order_and_come_once_ignoring_case():
    tags = [" North ", "pump-station", "NORTH", "stra\u00dfe", "STRASSE", "e\u0301", "\u00c9"]

    assert clean_tags(tags) == ["North", "pump-station", "stra\u00dfe", "\u00e9"]
    assert clean_tags([]) == []


def test_at_most_twenty_tags_counted_without_duplicates():
    twenty = [f"tag {number}" for number in range(20)]

    assert clean_tags(twenty) == twenty
    assert clean_tags([*twenty, "TAG 3"]) == twenty
    error = refused(clean_tags, [*twenty, "one more"])
    assert (error.field, error.values) == ("tags", {"maximum": 20, "length": 21, "excess": 1})


def test_a_tag_has_one_to_fifty_characters_and_no_comma():
    assert clean_tags(["x", "x" * 50]) == ["x", "x" * 50]
    for bad in ("", "  ", "\u200b", "x" * 51, "a,b"):
        assert refused(clean_tags, ["good", bad]).field == "tags"


def test_typed_tags_are_split_at_commas():
    assert split_tags("") == []
    assert split_tags(" , ,, ") == []
    assert split_tags("pump-station, north ,,North,") == ["pump-station", "north"]
    assert refused(split_tags, "x" * 51).field == "tags"


@given(st.lists(st.text("abcABC \u00e9", max_size=5).filter(str.strip), max_size=8))
def test_tags_survive_being_joined_and_split(tags):
    cleaned = clean_tags(tags)

    assert split_tags(", ".join(cleaned)) == cleaned
    assert clean_tags(cleaned) == cleaned

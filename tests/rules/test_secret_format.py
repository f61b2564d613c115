"""The secret's format: shape and checksum."""

import re
import string
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients_app.rules.secret_format import (
    CODE_PREFIX,
    REFRESH_PREFIX,
    SCANNER_PATTERN,
    is_well_formed,
    last_four,
    new_secret,
)

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase


def number_of(base62: str) -> int:
    number = 0
    for digit in base62:
        number = number * 62 + ALPHABET.index(digit)
    return number


def text_of(number: int, width: int) -> str:
    text = ""
    while number:
        number, digit = divmod(number, 62)
        text = ALPHABET[digit] + text
    return text.rjust(width, "0")


def secret_with(body: str) -> str:
    return "pcs_" + body + text_of(zlib.crc32(f"pcs_{body}".encode()), 6)


def test_a_thousand_secrets_have_one_shape_and_all_differ():
    """SEC-1 and SEC-2."""
    made = [new_secret() for _ in range(1000)]

    assert len(set(made)) == 1000
    assert len({plain[4:47] for plain in made}) == 1000
    assert all(re.fullmatch(r"pcs_[0-9A-Za-z]{43}[0-9A-Za-z]{6}", plain) for plain in made)
    assert all(re.fullmatch(SCANNER_PATTERN, plain) for plain in made)
    assert all(is_well_formed(plain) for plain in made)


@pytest.mark.parametrize("raw", [bytes(32), b"\xff" * 32, bytes(31) + b"\x3e", bytes(range(32))])
def test_the_random_part_is_256_bits_of_the_operating_systems_generator(monkeypatch, raw):
    """SEC-1."""
    asked = []
    monkeypatch.setattr("secrets.token_bytes", lambda size: asked.append(size) or raw)

    plain = new_secret()

    assert asked == [32]
    assert number_of(plain[4:47]) == int.from_bytes(raw, "big")
    assert number_of(plain[47:]) == zlib.crc32(plain[:47].encode())
    assert is_well_formed(plain)


def test_a_secret_worked_out_by_hand_is_well_formed(monkeypatch):
    monkeypatch.setattr("secrets.token_bytes", lambda size: b"\x00" * (size - 1) + b"\x3e")

    assert new_secret() == secret_with("0" * 41 + "10")


@given(st.text(ALPHABET, min_size=43, max_size=43))
def test_every_body_with_its_crc32_is_well_formed(body):
    assert is_well_formed(secret_with(body))


@given(st.integers(0, 52), st.sampled_from(ALPHABET + "_-. +/=\u0660\u0131\n"))
def test_changing_any_character_is_refused(position, other):
    plain = new_secret()
    changed = plain[:position] + other + plain[position + 1 :]

    assert is_well_formed(changed) == (changed == plain)


@given(st.integers(0, 51))
def test_swapping_two_neighbours_is_refused(at):
    plain = new_secret()
    swapped = plain[:at] + plain[at + 1] + plain[at] + plain[at + 2 :]

    assert is_well_formed(swapped) == (swapped == plain)


def test_a_character_more_or_less_is_refused():
    plain = secret_with("A" * 43)

    assert is_well_formed(plain)
    for near in (plain[:-1], plain[1:], plain + "0", plain + "\n", " " + plain, plain.upper(), ""):
        assert not is_well_formed(near)
    assert not is_well_formed(secret_with("A" * 42))
    assert not is_well_formed(secret_with("A" * 44))


@given(st.text())
def test_other_text_is_refused_without_an_exception(text):
    assert not is_well_formed(text)


def test_scanners_find_secrets_in_code_urls_and_ini_files():
    plain = new_secret()

    for text in (f'KEY="{plain}"', f"x%3D{plain}%26y", f"client_secret={plain}\n", f"a_{plain}_b"):
        assert re.findall(SCANNER_PATTERN, text) == [plain]


def test_last_four_are_the_last_four():
    assert last_four("pcs_abcdWXYZ") == "WXYZ"


@pytest.mark.parametrize("prefix", [CODE_PREFIX, REFRESH_PREFIX])
def test_codes_and_refresh_tokens_have_prefixes_of_their_own(prefix: str):
    plain = new_secret(prefix)

    assert plain.startswith(prefix)
    assert is_well_formed(plain, prefix)
    assert not is_well_formed(plain)
    assert not is_well_formed(new_secret(), prefix)
    assert not is_well_formed(plain[:-1] + ("0" if plain[-1] != "0" else "1"), prefix)

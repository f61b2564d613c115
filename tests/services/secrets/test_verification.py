"""Checking a secret: SEC-4 to SEC-8. Argon2id runs for real and is counted."""

import uuid

import pytest

from clients_app.rules.secret_format import new_secret
from clients_app.services.secrets.verification import could_be_secret, matching_secret
from tests.services.secrets.secret_rows import CLIENT_ID, row_of


def test_right_secret_checked_a_hundred_times_never_runs_argon2(plain: str, argon2_runs: list[str]):
    """SEC-4: not even the first time."""
    row = row_of(plain)

    found = {matching_secret(plain, client_id=CLIENT_ID, rows=[row]) for _ in range(100)}

    assert found == {row.id}
    assert argon2_runs == []


@pytest.mark.parametrize("count", [1, 10])
def test_wrong_secret_never_runs_argon2(plain: str, argon2_runs: list[str], count: int):
    """SEC-5."""
    rows = [row_of(plain, number) for number in range(count)]

    for _ in range(50):
        assert matching_secret(new_secret(), client_id=CLIENT_ID, rows=rows) is None
    assert argon2_runs == []


def test_without_rows_nothing_matches(plain: str, argon2_runs: list[str]):
    assert matching_secret(plain, client_id=CLIENT_ID, rows=[]) is None
    assert argon2_runs == []


@pytest.mark.parametrize("place", [0, 4, 9])
def test_right_secret_is_found_at_any_position(argon2_runs: list[str], place: int):
    """SEC-6."""
    plains = [new_secret() for _ in range(10)]
    rows = [row_of(plain, 100 + number) for number, plain in enumerate(plains)]

    assert matching_secret(plains[place], client_id=CLIENT_ID, rows=rows) == 100 + place
    assert argon2_runs == []


def test_secret_that_matched_before_does_not_match_another_row(plain: str):
    matching_secret(plain, client_id=CLIENT_ID, rows=[row_of(plain)])

    assert matching_secret(plain, client_id=CLIENT_ID, rows=[]) is None
    assert matching_secret(plain, client_id=CLIENT_ID, rows=[row_of(new_secret())]) is None


def test_the_mac_decides_and_not_the_digest(plain: str, argon2_runs: list[str]):
    """SEC-5: the digest counts only where the key of the MAC is lost."""
    row, other = row_of(plain), row_of(new_secret())

    good_mac = row._replace(digest=other.digest)
    assert matching_secret(plain, client_id=CLIENT_ID, rows=[good_mac]) == row.id
    wrong_mac = row._replace(tag=other.tag)
    assert matching_secret(plain, client_id=CLIENT_ID, rows=[wrong_mac]) is None
    assert argon2_runs == []


@pytest.mark.parametrize("byte", [0, 8, 31])
def test_mac_that_differs_in_one_byte_does_not_match(plain: str, byte: int):
    row = row_of(plain)
    tag = bytearray(row.tag)
    tag[byte] ^= 1

    changed = row._replace(tag=bytes(tag))
    assert matching_secret(plain, client_id=CLIENT_ID, rows=[changed]) is None


@pytest.mark.parametrize("length", [0, 8, 16, 31])
def test_shortened_mac_does_not_match(plain: str, length: int):
    row = row_of(plain)

    shorter = row._replace(tag=row.tag[:length])
    assert matching_secret(plain, client_id=CLIENT_ID, rows=[shorter]) is None


def test_secret_of_another_client_does_not_match(plain: str, argon2_runs: list[str]):
    """A row that was moved to another client says nothing there."""
    assert matching_secret(plain, client_id=uuid.uuid4(), rows=[row_of(plain)]) is None
    assert argon2_runs == []


def test_secret_that_differs_in_one_byte_does_not_match(plain: str):
    """SEC-8."""
    row = row_of(plain)

    for other in (" " + plain, plain + " ", plain.swapcase(), plain[:-1], plain + "0"):
        assert matching_secret(other, client_id=CLIENT_ID, rows=[row]) is None


def test_mac_of_a_former_secret_key_is_checked_by_the_fallback(
    plain: str, argon2_runs: list[str], request: pytest.FixtureRequest
):
    row = row_of(plain)
    request.getfixturevalue("replaced_key")

    assert row_of(plain).tag_key_id != row.tag_key_id
    assert matching_secret(new_secret(), client_id=CLIENT_ID, rows=[row]) is None
    assert matching_secret(plain, client_id=CLIENT_ID, rows=[row]) == row.id
    assert argon2_runs == []


def test_mac_of_a_lost_key_is_replaced_by_one_run_of_argon2(
    plain: str, argon2_runs: list[str], request: pytest.FixtureRequest
):
    """SEC-5: the process knows the new MAC before it is written."""
    row = row_of(plain)
    request.getfixturevalue("lost_key")

    for _ in range(3):
        assert matching_secret(plain, client_id=CLIENT_ID, rows=[row]) == row.id
    assert argon2_runs == [row.digest]
    assert matching_secret(new_secret(), client_id=CLIENT_ID, rows=[row]) is None
    assert argon2_runs == [row.digest]


def test_wrong_secret_for_a_lost_key_is_decided_by_argon2(
    plain: str, argon2_runs: list[str], request: pytest.FixtureRequest
):
    row = row_of(plain)
    request.getfixturevalue("lost_key")

    assert matching_secret(new_secret(), client_id=CLIENT_ID, rows=[row]) is None
    assert argon2_runs == [row.digest]


def test_row_with_a_known_key_is_matched_before_one_with_a_lost_key(
    plain: str, argon2_runs: list[str], request: pytest.FixtureRequest
):
    lost = row_of(new_secret(), 1)
    request.getfixturevalue("lost_key")
    known = row_of(plain, 2)

    assert matching_secret(plain, client_id=CLIENT_ID, rows=[lost, known]) == 2
    assert argon2_runs == []


@pytest.mark.parametrize("text", ["", "pcs_", "a" * 256, "a" * 257, "a" * 10**6, "pcs_" + "0" * 49])
def test_malformed_secret_is_refused_without_a_check(plain: str, text: str):
    """SEC-2: length and checksum before anything else."""
    assert not could_be_secret(text)
    assert could_be_secret(plain)


def test_flipped_character_is_refused_by_the_checksum(plain: str):
    for place in range(len(plain)):
        other = "0" if plain[place] != "0" else "1"
        assert not could_be_secret(plain[:place] + other + plain[place + 1 :])

"""PKCE: RFC 7636; AUT-2."""

import pytest

from clients_app.rules.pkce import challenge_of, fits, is_challenge

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_challenge_is_that_of_the_example_in_the_rfc():
    """RFC 7636 appendix B."""
    assert challenge_of(VERIFIER) == CHALLENGE
    assert is_challenge(CHALLENGE)
    assert fits(VERIFIER, CHALLENGE)


@pytest.mark.parametrize("length", [43, 128])
def test_verifier_of_an_allowed_length_fits(length: int):
    verifier = "~._-09azAZ".ljust(length, "x")
    assert fits(verifier, challenge_of(verifier))


@pytest.mark.parametrize(
    "verifier", ["x" * 42, "x" * 129, "x" * 42 + " ", "x" * 42 + "+", "x" * 43 + "\n"]
)
def test_verifier_of_another_form_does_not_fit(verifier: str):
    assert not fits(verifier, challenge_of(verifier))


def test_verifier_with_letters_of_other_alphabets_does_not_fit():
    assert not fits("ü" * 43, CHALLENGE)


@pytest.mark.parametrize(
    ("verifier", "challenge", "fitting"),
    [("", "", True), (VERIFIER, "", False), ("", CHALLENGE, False), (CHALLENGE, CHALLENGE, False)],
)
def test_without_a_challenge_only_no_verifier_fits(verifier: str, challenge: str, fitting: bool):
    """RFC 9700 section 4.8.2: a verifier that no challenge asked for is refused."""
    assert fits(verifier, challenge) is fitting


@pytest.mark.parametrize(
    "text", ["", CHALLENGE[1:], f"{CHALLENGE}A", CHALLENGE[1:] + "=", "ü" * 43]
)
def test_text_of_another_form_is_no_challenge(text: str):
    assert not is_challenge(text)

"""The search for secrets finds them in every encoding."""

import base64
from urllib.parse import quote

import pytest

from tests.journeys.secret_search import found_in

PLAIN = "pcs_" + "k7Lm3nVtQ9xRz2HcYbBXs5Ua1Md0fGJeW1To4Nx7QpB3uCcRc"
OTHER = "pcs_" + "0000000000000000000000000000000000000000000000000"


@pytest.mark.parametrize(
    "trace",
    [
        PLAIN,
        PLAIN[:20],
        PLAIN.upper(),
        quote(PLAIN),
        "".join(f"%{ord(letter):02X}" for letter in PLAIN),
        PLAIN.encode().hex(),
        *(
            base64.b64encode(f"{before}{PLAIN} after".encode()).decode()
            for before in ("", "1", "12")
        ),
        base64.urlsafe_b64encode(f'{{"secret": "{PLAIN}"}}'.encode()).decode(),
    ],
)
def test_secret_search_finds_every_encoding(trace: str) -> None:
    assert found_in(f"before {trace} after", PLAIN)
    assert not found_in(f"before {trace} after", OTHER)


def test_secret_search_ignores_the_last_four_characters() -> None:
    assert not found_in(f"Ends in {PLAIN[-4:]}", PLAIN)

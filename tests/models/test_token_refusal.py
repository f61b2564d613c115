"""How refused requests are named to programs and on the command line."""

import pytest

from clients_app.models import TokenRefusal


@pytest.mark.parametrize(
    ("requests", "sentence"), [(1, "1 token request"), (2, "2 token requests")]
)
def test_sentence_counts_the_requests(requests: int, sentence: str) -> None:
    row = TokenRefusal(requests=requests, cause=TokenRefusal.Cause.SECRET_EXPIRED)

    assert row.sentence == f"{sentence} refused: secret expired"

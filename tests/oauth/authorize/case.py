"""A bad request to the authorize endpoint, what it gets, and where that is written."""

from typing import Any, Final, NamedTuple

HERE: Final = "a page of the portal"
LONG: Final = "a" * 2001


class Case(NamedTuple):
    """``changes`` of a good request, what it gets, and the section that says so."""

    changes: dict[str, Any]
    gets: str
    source: str
    is_hybrid: bool = False
    has_state: bool = True


def redirect(url: Any, source: str = "RFC 9700 4.1.3") -> Case:
    return Case({"redirect_uri": url}, HERE, source)


def here(source: str, **changes: Any) -> Case:
    return Case(changes, HERE, source)


def back(error: str, source: str, **changes: Any) -> Case:
    return Case(changes, error, source)


def hybrid(error: str, source: str, **changes: Any) -> Case:
    whole = {"response_type": "code id_token", "code_challenge": None}
    return Case({**whole, "code_challenge_method": None, **changes}, error, source, is_hybrid=True)

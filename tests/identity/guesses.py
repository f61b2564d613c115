"""Attempts to sign in, right and wrong."""

from typing import Any

from django.test import Client as Browser

from tests.portal_process import PASSWORD


def sign_in(
    password: str = PASSWORD,
    *,
    username: str = "jonas",
    address: str = "",
    on: Browser | None = None,
) -> Any:
    browser = on or Browser(REMOTE_ADDR=address or "192.0.2.1")
    return browser.post("/sign-in", {"login": username, "password": password})


def statuses(times: int, *, username: str = "jonas") -> list[int]:
    """Guess the password from ``times`` addresses."""
    return [
        sign_in("wrong", username=username, address=f"198.51.100.{n}").status_code
        for n in range(times)
    ]

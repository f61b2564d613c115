"""Webhook URLs as they are shown, and responses that repeat them."""

import pytest

from clients_app.rules.webhook_urls import shown_url, without_path


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://hooks.example.com", "https://hooks.example.com"),
        ("https://hooks.example.com:8443/", "https://hooks.example.com:8443"),
        ("https://[2606:4700::1111]/a", "https://[2606:4700::1111] (path hidden, 5ad3a3fb)"),
        ("https://u:p@hooks.example.com/", "https://hooks.example.com (path hidden, 336be2c8)"),
        ("https://hooks.example.com/?k=tok3n", "https://hooks.example.com (path hidden, fba9b9e0)"),
    ],
)
def test_scheme_host_and_port_are_shown(url: str, shown: str) -> None:
    assert shown_url(url) == shown


def test_two_paths_differ() -> None:
    assert shown_url("https://hooks.example.com/a") != shown_url("https://hooks.example.com/b")


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("Cannot POST /hooks/T0K3N%2B4?key=s3cr3t", "Cannot POST /hooks/*********?key=******"),
        ("no T0K3N+4 here, try s3cr3t", "no ******* here, try ******"),  # decoded
        ("these hooks have no key", "these hooks have no key"),  # words of five letters and less
    ],
)
def test_response_that_repeats_the_url_is_redacted(said: str, left: str) -> None:
    url = "https://hooks.example.com/hooks/T0K3N%2B4?key=s3cr3t"
    assert without_path(said.encode(), url).decode() == left

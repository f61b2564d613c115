"""The client's address behind proxies: AVA-1."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients_app.rules.peer_addresses import is_trusted, peer_address

PROXIES = ("10.0.0.0/8", "192.0.2.1", "2001:db8::/32")


@pytest.mark.parametrize(
    ("remote", "forwarded_for", "trusted", "address"),
    [
        ("203.0.113.9", "", (), "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", (), "203.0.113.9"),  # no proxy is trusted by default
        ("203.0.113.9", "198.51.100.1", PROXIES, "203.0.113.9"),  # not one of our proxies
        ("10.1.2.3", "198.51.100.1", PROXIES, "198.51.100.1"),
        (
            "10.1.2.3",
            "6.6.6.6, 198.51.100.1",
            PROXIES,
            "198.51.100.1",
        ),  # the left part is what the peer claims
        ("10.1.2.3", "6.6.6.6, 198.51.100.1, 192.0.2.1", PROXIES, "198.51.100.1"),
        ("10.1.2.3", "6.6.6.6,198.51.100.1,10.0.0.1", PROXIES, "198.51.100.1"),
        ("10.1.2.3", "10.0.0.1, 10.0.0.2", PROXIES, "10.0.0.1"),  # a request of a proxy itself
        ("10.1.2.3", "6.6.6.6, garbage", PROXIES, "10.1.2.3"),
        ("10.1.2.3", "6.6.6.6, ", PROXIES, "10.1.2.3"),
        ("10.1.2.3", "198.51.100.1:4711", PROXIES, "198.51.100.1"),
        ("10.1.2.3", "[2001:db9::1]:4711", PROXIES, "2001:db9::1"),
        ("2001:db8::1", "2001:DB9:0::1", PROXIES, "2001:db9::1"),
        ("::ffff:10.1.2.3", "198.51.100.1", PROXIES, "198.51.100.1"),
        ("10.1.2.3", "::ffff:198.51.100.1, ::ffff:10.0.0.1", PROXIES, "198.51.100.1"),
        ("10.1.2.3", "198.51.100.1", ("::ffff:10.0.0.0/104",), "198.51.100.1"),
        ("", "198.51.100.1", PROXIES, ""),  # a unix socket
        ("unix:", "", PROXIES, ""),
    ],
)
def test_peer_address_behind_proxies_is_found(
    remote: str, forwarded_for: str, trusted: tuple[str, ...], address: str
):
    assert peer_address(remote, forwarded_for, trusted) == address


@given(st.text(max_size=50), st.text(max_size=50))
def test_no_header_text_changes_the_address_or_raises(forwarded_for: str, remote: str):
    assert peer_address("203.0.113.9", forwarded_for, PROXIES) == "203.0.113.9"
    assert "\n" not in peer_address(remote, forwarded_for, PROXIES)
    assert "\n" not in peer_address("10.1.2.3", forwarded_for, PROXIES)


@pytest.mark.parametrize(
    ("address", "verdict"),
    [("192.0.2.1", True), ("192.0.2.2", False), ("::ffff:192.0.2.1", True), ("nobody", False)],
)
def test_trusted_network_may_be_one_address(address: str, verdict: bool):
    assert is_trusted(address, PROXIES) is verdict

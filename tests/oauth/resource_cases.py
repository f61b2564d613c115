"""What bad input gets that names an API: TOK-A26 to TOK-A28, each with the section that says so.

The client may call the built-in API, ORDERS (read, write) and STOCK (count, read). Of its tenant is
also UNUSED, and of another one FOREIGN.
"""

from typing import Final, NamedTuple

BUILT_IN: Final = "http://localhost:8000"
ORDERS: Final = "https://orders.example.com"
STOCK: Final = "urn:example:stock"
UNUSED: Final = "urn:example:unused"
FOREIGN: Final = "urn:example:foreign"


class BadInput(NamedTuple):
    """The parameters of a request, in pairs, because one may come twice."""

    name: str
    source: str
    error: str
    params: tuple[tuple[str, str], ...]


def named(name: str, resource: str, source: str = "RFC 8707 2: invalid_target") -> BadInput:
    return BadInput(name, source, "invalid_target", (("resource", resource),))


CASES: Final = [
    named("unknown", "https://unknown.example.com"),
    named("of this tenant, not for this client", UNUSED),
    named("of another tenant", FOREIGN),
    *(
        named(f"relative {text!r}", text, "RFC 8707 2: MUST be an absolute URI")
        for text in ("orders", "/orders", "//orders.example.com", "orders.example.com", "?", ".")
    ),
    *(
        named(f"fragment {text!r}", text, "RFC 8707 2: MUST NOT include a fragment")
        for text in (f"{ORDERS}#", f"{ORDERS}#read", f"{STOCK}#a")
    ),
    *(
        named(f"variant {text!r}", text, "RFC 3986 6.2.1: compared character by character")
        for text in (
            *(f"{ORDERS}/", f"{ORDERS}//", f"{ORDERS}:443", "https://ORDERS.example.com"),
            *(
                "HTTPS://orders.example.com",
                "http://orders.example.com",
                f"{ORDERS}?",
                f" {ORDERS}",
            ),
            *(f"{ORDERS} ", f"{ORDERS}.", "URN:example:stock", "urn:example:Stock", f"{BUILT_IN}/"),
            *("https://%6Frders.example.com", f"{ORDERS}\x00", f"{ORDERS}\r\n", f"{ORDERS}\u200b"),
        )
    ),
    *(
        named(f"look-alike {text!r}", text, "RFC 3987 3.1: an IRI is no URI")
        for text in (
            *("https://\u043erders.example.com", "https://xn--rders-xqf.example.com"),
            "https://orders\u3002example\u3002com",
        )
    ),
    named("2,000 characters", f"{ORDERS}/" + "a" * 1974),
    named("not UTF-8 of an Identifier", "\ufffd"),
    *(
        BadInput(f"two: {name}", "RFC 8707 2: one token, one audience", "invalid_target", params)
        for name, params in {
            "both allowed": (("resource", ORDERS), ("resource", STOCK)),
            "the same twice": (("resource", ORDERS), ("resource", ORDERS)),
            "one unknown": (("resource", ORDERS), ("resource", "https://unknown.example.com")),
            "as audience": (("audience", ORDERS), ("audience", STOCK)),
            "in one value": (("resource", f"{ORDERS} {STOCK}"),),
            "resource and audience differ": (("resource", ORDERS), ("audience", STOCK)),
            "audience unknown": (("resource", ORDERS), ("audience", "x")),
        }.items()
    ),
    *(
        BadInput(f"scope {name}", "RFC 8707 2.2; RFC 6749 3.3", error, params)
        for name, error, params in (
            ("of two APIs", "invalid_target", (("scope", "read"),)),
            ("one of each", "invalid_target", (("scope", "write count"),)),
            ("one of the built-in API", "invalid_target", (("scope", "api write"),)),
            ("of another API", "invalid_scope", (("resource", ORDERS), ("scope", "count"))),
            ("partly of another", "invalid_scope", (("resource", ORDERS), ("scope", "read count"))),
            ("of the built-in API", "invalid_scope", (("resource", ORDERS), ("scope", "api"))),
            ("of no API", "invalid_scope", (("scope", "nowhere"),)),
            ("of an API not for this client", "invalid_scope", (("scope", "unused"),)),
            ("of an API of another tenant", "invalid_scope", (("scope", "foreign"),)),
            ("in another case", "invalid_scope", (("resource", ORDERS), ("scope", "Read"))),
            ("with two spaces", "invalid_scope", (("resource", ORDERS), ("scope", "read  write"))),
            ("at an unknown API", "invalid_target", (("resource", "x"), ("scope", "nowhere"))),
        )
    ),
    BadInput(
        "scope twice",
        "RFC 6749 3.2: not more than once",
        "invalid_request",
        (("resource", ORDERS), ("scope", "read"), ("scope", "read")),
    ),
]
#: what is as good as nothing, and what of it is refused nowhere else
GOOD: Final = [
    BadInput("resource empty", "RFC 6749 3.2: as if omitted", "", (("resource", ""),)),
    BadInput("audience empty", "RFC 6749 3.2: as if omitted", "", (("audience", ""),)),
    BadInput("both empty", "RFC 6749 3.2", "", (("resource", ""), ("audience", ""))),
    BadInput("empty twice", "RFC 6749 3.2", "", (("resource", ""), ("resource", ""))),
    BadInput("scope empty", "RFC 6749 3.2", "", (("resource", BUILT_IN), ("scope", ""))),
    BadInput("the same scope again", "RFC 6749 3.3", "", (("scope", "api api"),)),
]

"""TOK-A9 to TOK-A21: requests with various parameters, encodings and methods."""

import json

from tests.oauth.request_cases import (
    ANOTHER_SECRET,
    GRANT,
    Parts,
    Row,
    fields,
    good,
    malformed,
    posted,
    with_basic,
)
from tests.oauth.wsgi import FORM, form


# fmt: off
def raw(body: bytes) -> Parts:
    """Send exactly ``body``, with valid Basic credentials."""
    return lambda c: {**with_basic()(c), "body": body}


IN_QUERY = [
    malformed("9 secret", lambda c: {
        **posted(GRANT)(c), "query": f"client_secret={c.good.plain}"}),
    malformed("9 id", lambda c: {**with_basic(GRANT)(c), "query": f"client_id={c.good.id}"}),
    malformed("9 both, none in the body", lambda c: {
        "body": form(GRANT), "query": f"client_id={c.good.id}&client_secret={c.good.plain}"}),
    malformed("9 escaped name", with_basic(GRANT, query="client%5Fsecret=x")),
    malformed("9 name alone", with_basic(GRANT, query="client_secret")),
    malformed("9 access_token", with_basic(GRANT, query="access_token=x")),
    malformed("10 grant_type", with_basic(query="grant_type=client_credentials")),
    malformed("10 scope", with_basic(GRANT, query="scope=api")),
    malformed("10 broken query", with_basic(GRANT, query="%zz")),
    good("10 unknown name in the query", with_basic(GRANT, query="a=b")),
]

GRANTS = [
    malformed("11 missing", with_basic()),
    malformed("11 missing, by body", posted()),
    malformed("11 empty", with_basic(("grant_type", ""))),
    malformed("11 without a value", raw(b"grant_type")),
    malformed("11 name in capitals", with_basic(("GRANT_TYPE", "client_credentials"))),
    *(
        Row(f"12 {name[:60]!r}", 400, "unsupported_grant_type", with_basic(("grant_type", name)))
        for name in (
            "password", "implicit", "CLIENT_CREDENTIALS",
            "Client_Credentials", "client_credentials ", " client_credentials",
            "client-credentials", "client_credentials\x00", "клиент", "<script>", "x" * 5000,
            "urn:ietf:params:oauth:grant-type:device_code",
            "urn:ietf:params:oauth:grant-type:jwt-bearer",
        )
    ),
    Row("13 code", 400, "unauthorized_client", with_basic(("grant_type", "authorization_code"))),
    Row("13 refresh", 400, "unauthorized_client", with_basic(("grant_type", "refresh_token"))),
    Row("13 by body", 400, "unauthorized_client", posted(GRANT, who="hybrid")),
    Row("13 by Basic", 400, "unauthorized_client", with_basic(GRANT, who="hybrid")),
]

TWICE = [
    malformed("14 grant_type", with_basic(GRANT, GRANT)),
    malformed("14 grant_type, one empty", with_basic(GRANT, ("grant_type", ""))),
    malformed("14 two grant_types", with_basic(GRANT, ("grant_type", "password"))),
    malformed("14 client_id", lambda c: {"body": form(
        GRANT, ("client_id", c.good.id), client_id=c.good.id, client_secret=c.good.plain)}),
    malformed("14 client_secret", posted(GRANT, ("client_secret", ANOTHER_SECRET))),
    malformed("14 scope", with_basic(GRANT, ("scope", "api"), ("scope", "api"))),
    malformed("14 scope, one escaped", raw(
        b"grant_type=client_credentials&scope=api&%73cope=api")),
    malformed("14 an unknown one", with_basic(GRANT, ("a", "1"), ("a", "2"))),
]

SCOPES = [
    good("15 empty", with_basic(GRANT, ("scope", ""))),
    good("15 without a value", raw(b"grant_type=client_credentials&scope")),
    *(
        good(f"16 good {scope!r}", with_basic(GRANT, ("scope", scope)))
        for scope in ("api", "ocsapi", "api ocsapi", "ocsapi api", "api api")
    ),
    *(
        Row(f"16 {scope[:60]!r}", 400, "invalid_scope", with_basic(GRANT, ("scope", scope)))
        for scope in (
            "unknown", "api unknown", "API", "openid", "api,ocsapi", " api", "api ",
            "api  ocsapi", " ", 'a"b', "a\\b", "api\x00", "api\tocsapi", "api\r\nocsapi", "ápi",
            "api\u2003ocsapi", "\x7f", "x" * 5000,
        )
    ),
    good("17 unknown", with_basic(GRANT, ("username", "a"), ("z", "<x>"))),
    good("17 unknown, no name", raw(b"grant_type=client_credentials&=x")),
    good("17 unknown, another alphabet", with_basic(GRANT, ("имя", "значение"))),
]

A = b"grant_type=client_credentials&a="
CONTENT_TYPES = [
    *(
        malformed(f"18 {content_type!r}", with_basic(GRANT, content_type=content_type))
        for content_type in (
            "application/json", "multipart/form-data; boundary=x", "multipart/form-data",
            "text/plain", "application/xml", "text/html", "", None, f"{FORM}x", f"x-{FORM}",
            f"{FORM}, application/json", f"{FORM}; boundary=x",
            f"{FORM}; charset=utf-8, text/plain", f"{FORM}; charset", f'{FORM}; charset="utf-8',
            f"{FORM}; charset=utf-8; boundary=x", "application/json; charset=utf-8",
            "application/*", "\x00",
        )
    ),
    *(
        good(f"18 {parameters!r}", with_basic(GRANT, content_type=f"{FORM}{parameters}"))
        for parameters in (
            "; charset=ISO-8859-1", ";charset=iso-8859-15", '; charset="windows-1252"',
            "; Charset = UTF-16", "; charset=", "; charset=utf-8;", "; charset=a; charset=b",
            "; charset=no-such-charset",
        )
    ),
    good("18 charset, UTF-8 text", lambda c: {
        **raw(A + "é".encode())(c), "content_type": f"{FORM}; charset=ISO-8859-1"}),
    malformed("18 charset, text in that charset", lambda c: {
        **raw(A + "é".encode("latin-1"))(c), "content_type": f"{FORM}; charset=ISO-8859-1"}),
    malformed("18 charset, escaped text in that charset", lambda c: {
        **raw(A + b"%E9")(c), "content_type": f"{FORM}; charset=ISO-8859-1"}),
    malformed("18 JSON body", lambda c: {
        "content_type": "application/json",
        "body": json.dumps({
            "grant_type": "client_credentials",
            "client_id": c.good.id, "client_secret": c.good.plain}).encode()}),
]

ENCODINGS = [
    *(
        Row(f"18 body in {encoding!r}", 415, "invalid_request",
            with_basic(GRANT, HTTP_CONTENT_ENCODING=encoding))
        for encoding in ("gzip", "br", "GZIP", "gzip, identity", "x")
    ),
    good("18 body as it is", with_basic(GRANT, HTTP_CONTENT_ENCODING="identity")),
]

METHODS = [
    *(
        Row(f"19 {method}", 405, "invalid_request", posted(GRANT, method=method))
        for method in (
            "GET", "HEAD", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND", "post", "X",
        )
    ),
    Row("19 GET with all in the query", 405, "invalid_request", lambda c: {
        "method": "GET",
        "query": form(GRANT, client_id=c.good.id, client_secret=c.good.plain).decode()}),
]

BYTES = [
    good("20 NUL in an unknown name", raw(A + b"&client_id%00=x")),
    good("20 control characters", raw(A + b"%01%02%7f")),
    malformed("20 raw bytes not UTF-8", raw(A + b"\xff")),
    malformed("20 escapes not UTF-8", raw(A + b"%ff")),
    malformed("20 half a character", raw(A + b"%c3")),
    malformed("20 a surrogate", raw(A + b"%ed%a0%80")),
    malformed("20 an overlong slash", raw(A + b"%c0%af")),
    malformed("20 broken escape", raw(A + b"%")),
    malformed("20 broken escape of a name", raw(A + b"&%g0=a")),
    malformed("20 UTF-16", raw("grant_type=client_credentials".encode("utf-16"))),
    malformed("20 binary", raw(bytes(range(256)))),
    *(
        malformed(f"20 {name} {value!r}", fields(
            lambda c, name=name, value=value: {
                "client_id": c.good.id, "client_secret": c.good.plain, name: value}))
        for name in ("client_id", "client_secret")
        for value in ("\x00", "a\x00b", "клиент", "a\r\nb", "\U0001f511", "é")
    ),
    *(
        malformed(f"20 secret {name}", fields(
            lambda c, change=change: {
                "client_id": c.good.id, "client_secret": change(c.good.plain)}))
        for name, change in {
            "and NUL": lambda plain: plain + "\x00",
            "and a combining character": lambda plain: plain + "\u0301",
            "in full-width letters": lambda plain: "".join(
                chr(ord(sign) + 0xFEE0) for sign in plain),
        }.items()
    ),
]

MANY = b"".join(b"&a%d=" % n for n in range(7000))
SIZES = [
    good("21 body of 64 KiB", raw(A + b"x" * (65_536 - len(A)))),
    Row("21 a byte more", 413, "invalid_request", raw(A + b"x" * (65_537 - len(A)))),
    Row("21 body of 1 MiB", 413, "invalid_request", raw(A + b"x" * 2**20)),
    good("21 100 parameters", raw(A + MANY[: MANY.index(b"&a98=")])),
    malformed("21 101 parameters", raw(A + MANY[: MANY.index(b"&a99=")])),
    malformed("21 7000 parameters", raw(A + MANY)),
    malformed("21 30000 ampersands", raw(A + b"&" * 30_000)),
    good("21 header of 12 KiB", posted(GRANT, HTTP_X_A="x" * 12_288)),
    Row("21 header of 16 KiB", 431, "invalid_request", posted(GRANT, HTTP_X_A="x" * 16_384)),
    Row("21 many headers", 431, "invalid_request", posted(
        GRANT, **{f"HTTP_X_{n}": "x" * 200 for n in range(90)})),
    Row("21 long Authorization", 431, "invalid_request", lambda c: {
        "authorization": "Basic " + "YTpi" * 5000, "body": form(GRANT)}),
]
# fmt: on

ROWS: list[Row] = [
    *IN_QUERY,
    *GRANTS,
    *TWICE,
    *SCOPES,
    *CONTENT_TYPES,
    *ENCODINGS,
    *METHODS,
    *BYTES,
    *SIZES,
]

"""TOK-A1 to TOK-A8: requests with various credentials."""

from uuid import UUID

from tests.oauth.request_cases import (
    ANOTHER_SECRET,
    GRANT,
    Row,
    b64,
    fields,
    good,
    header,
    malformed,
    posted,
    unknown_client,
    with_basic,
)
from tests.oauth.wsgi import FORM, basic, form

UNKNOWN_ID = str(UUID(int=0xFEED))

# fmt: off
GOOD = [
    good("1 by body", posted(GRANT)),
    good("1 by Basic", with_basic(GRANT)),
    good("1 by Basic, own id in the body", lambda c: {
        **with_basic()(c), "body": form(GRANT, client_id=c.good.id)}),
    good("1 by Basic, empty secret in the body", with_basic(GRANT, ("client_secret", ""))),
    good("1 scheme in small letters", header(
        lambda c: basic(c.good.id, c.good.plain).replace("Basic", "basic"))),
    good("1 scheme in capitals", header(
        lambda c: basic(c.good.id, c.good.plain).replace("Basic", "BASIC"))),
    good("1 two spaces after the scheme", header(
        lambda c: basic(c.good.id, c.good.plain).replace(" ", "  "))),
    good("1 id in capitals", header(lambda c: basic(c.good.id.upper(), c.good.plain))),
    good("1 Basic values form-encoded", header(
        lambda c: basic(c.good.id.replace("-", "%2D"), c.good.plain.replace("_", "%5f")))),
    good("1 charset", posted(GRANT, content_type=f"{FORM}; charset=UTF-8")),
    good("1 quoted charset", posted(GRANT, content_type=f'{FORM};charset="utf-8"')),
    good("1 content type in capitals", posted(GRANT, content_type=FORM.upper())),
    good("1 content type, empty parameter", posted(GRANT, content_type=f"{FORM};")),
    good("1 path with a slash", posted(GRANT, path="/identity/connect/token/")),
    good("1 stray ampersands", lambda c: {
        **with_basic()(c), "body": b"&&grant_type=client_credentials&&"}),
    good("1 escaped names", lambda c: {
        **with_basic()(c), "body": b"grant%5Ftype=client%5Fcredentials"}),
    good("1 Accept: text/html", posted(GRANT, HTTP_ACCEPT="text/html")),
    good("1 foreign Origin", posted(GRANT, HTTP_ORIGIN="https://evil.test")),
    good("1 foreign Host", posted(GRANT, HTTP_HOST="evil.test")),
    good("1 broken cookies", posted(GRANT, HTTP_COOKIE="sessionid=x; csrftoken=y; =;;")),
    good("1 X-Forwarded-Proto of a stranger", posted(GRANT, HTTP_X_FORWARDED_PROTO="http")),
]

NOT_LIVE = [
    unknown_client(f"{number} {kind}", send(GRANT, who=kind))
    for number, send in ((2, with_basic), (3, posted))
    for kind in ("disabled", "removed", "expired", "retired")
]

WRONG_SECRETS = {
    "wrong secret": lambda plain: ANOTHER_SECRET,
    "prefix alone": lambda plain: "pcs_",
    "one letter": lambda plain: "x",
    "wrong checksum": lambda plain: plain[:-1] + ("0" if plain[-1] != "0" else "1"),
    "cut": lambda plain: plain[:-1],
    "prolonged": lambda plain: plain + "0",
    "leading space": lambda plain: " " + plain,
    "trailing space": lambda plain: plain + " ",
    "other case": lambda plain: plain.swapcase(),
    "without prefix": lambda plain: plain.removeprefix("pcs_"),
    "repeated": lambda plain: plain * 2,
    "250 characters": lambda plain: (plain * 5)[:250],
    "300 characters": lambda plain: (plain * 6)[:300],
    "11000 characters": lambda plain: "a" * 11_000,
}
WRONG_IDS = {
    "unknown id": lambda c: UNKNOWN_ID,
    "id of another client": lambda c: c.hybrid.id,
    "nil id": lambda c: str(UUID(int=0)),
    "id without hyphens": lambda c: c.good.id.replace("-", ""),
    "id in braces": lambda c: "{" + c.good.id + "}",
    "id with a space": lambda c: c.good.id + " ",
    "SQL": lambda c: "' OR '1'='1",
    "a name": lambda c: "good",
}
WRONG = [
    row
    for name, change in WRONG_SECRETS.items()
    for row in (
        unknown_client(f"2 {name}", header(
            lambda c, change=change: basic(c.good.id, change(c.good.plain)))),
        unknown_client(f"3 {name}", fields(
            lambda c, change=change: {
                "client_id": c.good.id, "client_secret": change(c.good.plain)})),
    )
] + [
    row
    for name, id_of in WRONG_IDS.items()
    for row in (
        unknown_client(f"2 {name}", header(
            lambda c, id_of=id_of: basic(id_of(c), c.good.plain))),
        unknown_client(f"3 {name}", fields(
            lambda c, id_of=id_of: {"client_id": id_of(c), "client_secret": c.good.plain})),
    )
] + [
    unknown_client("3 urn", fields(
        lambda c: {"client_id": f"urn:uuid:{c.good.id}", "client_secret": c.good.plain})),
]

MISSING = [
    unknown_client("4 nothing", fields(lambda c: {})),
    unknown_client("4 empty body", lambda c: {}),
    unknown_client("4 id alone", fields(lambda c: {"client_id": c.good.id})),
    unknown_client("4 id, empty secret", fields(
        lambda c: {"client_id": c.good.id, "client_secret": ""})),
    unknown_client("4 secret alone", fields(lambda c: {"client_secret": c.good.plain})),
    unknown_client("4 Basic with an empty secret", header(lambda c: basic(c.good.id, ""))),
    unknown_client("4 a client assertion", fields(
        lambda c: {"client_id": c.good.id, "client_assertion": "a.b.c"})),
    unknown_client("4 a cookie", lambda c: {
        "body": form(GRANT), "HTTP_COOKIE": "sessionid=0123456789abcdef"}),
]

SEVERAL = [
    malformed("5 Basic and secret", lambda c: {**with_basic()(c), **posted(GRANT)(c)}),
    malformed("5 Basic and assertion", with_basic(GRANT, ("client_assertion", "a.b.c"))),
    malformed("5 secret and assertion", posted(GRANT, ("client_assertion", "a.b.c"))),
    malformed("5 two headers", header(
        lambda c: ", ".join([basic(c.good.id, c.good.plain)] * 2))),
    malformed("5 two headers, no space", header(
        lambda c: f"{basic(c.good.id, c.good.plain)},{basic(c.hybrid.id, 'x')}")),
    malformed("6 two ids", lambda c: {
        **with_basic()(c), "body": form(GRANT, client_id=c.hybrid.id)}),
]

BROKEN_HEADERS = {
    "scheme alone": "Basic",
    "nothing after the scheme": "Basic ",
    "empty header": "",
    "no base64": "Basic !!!!",
    "base64 without padding": "Basic YTpiYw",
    "base64 of the URL alphabet": "Basic Pz8_Pz8-OmE=",
    "base64 in two words": "Basic YTpi YTpi",
    "no colon": b64(b"abc"),
    "colon alone": b64(b":"),
    "empty id": b64(b":secret"),
    "not UTF-8": b64(b"\xff\xfe:secret"),
    "broken escape": b64(b"abc%4:secret"),
    "broken escape in the secret": b64(b"abc:%zz"),
    "escape not UTF-8": b64(b"abc:%ff"),
    "NUL": b64(b"abc\x00:secret"),
    "escaped NUL": b64(b"abc:%00"),
    "another alphabet": b64("клиент:секрет".encode()),
    "line break": b64(b"abc:se\r\ncret"),
}
BROKEN = [
    malformed(f"7 {name}", header(lambda c, value=value: value))
    for name, value in BROKEN_HEADERS.items()
]

OTHER_SCHEMES = [
    unknown_client(f"8 {value!r}", header(lambda c, value=value: value))
    for value in (
        "Bearer abc", "bearer", "Digest username=x", "Negotiate YTpi", "Basicx YTpi", "Basic\tYTpi",
    )
]
# fmt: on

ROWS: list[Row] = [*GOOD, *NOT_LIVE, *WRONG, *MISSING, *SEVERAL, *BROKEN, *OTHER_SCHEMES]

"""Text that breaks out of what shows it, unless it is escaped there."""

from html.parser import HTMLParser
from typing import Final

#: in markup it would add an attribute and an element, in a spreadsheet run as a formula; written
#: from right to left in part
_TEXT: Final = "=\"' pwned=1><img id=pwned-{field}>{{{{7}}}}%\u05d0;"


def hostile(field: str) -> str:
    """Return the text that the field of this name has."""
    return _TEXT.format(field=field)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.broken: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name.startswith("pwned") or (name == "id" and str(value).startswith("pwned")):
                self.broken.append(f"<{tag} {name}={value}>")
            self.texts.append(value or "")

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def breaks_of(html: str) -> list[str]:
    """Return the elements and attributes that hostile text became."""
    reader = _Reader()
    reader.feed(html)
    return reader.broken


def shown_in(html: str) -> str:
    """Return the texts and the attributes of a page as a browser reads them."""
    reader = _Reader()
    reader.feed(html)
    return "\n".join(reader.texts)


#: Identifiers of APIs with the characters that mean something in a program or a configuration
ODD_IDENTIFIERS = (
    "https://api.example.com/$audience",
    "https://api.example.com/$1$&$'$$",
    "https://api.example.com/it's?v='1'&w=%27%22%5C%7B%7B",
    "https://api.example.com/%25s%25;a,b:c=(d)*!~@+",
    "https://api.example.com?a=$(id)&b=1;2,",
    "urn:example:a$it's%C3%A9",
    "api://orders/*,:'x':",
)

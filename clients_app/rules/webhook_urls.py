"""What of a webhook's address is shown: its path or query is often all that a receiver asks for.

Source: SEC-17: the address in full stands in the form of who may change it, and where posts are
sent from.
"""

import hashlib
import re
from typing import Final
from urllib.parse import unquote, urlsplit

_SHORT: Final = 6  # characters; what is shorter is a word, not a token


def shown_url(url: str) -> str:
    """Return scheme, host and port of ``url``, and eight digits by which two paths differ."""
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    if url.rstrip("/") == origin:
        return origin
    return f"{origin} (path hidden, {hashlib.sha256(url.encode()).hexdigest()[:8]})"


def without_path(said: bytes, url: str) -> bytes:
    """Return what a receiver ``said``, as long as it was, without what it repeats of the path."""
    parts = urlsplit(url)
    whole = f"{parts.path}?{parts.query}"
    words = {word for text in (whole, unquote(whole)) for word in re.split(r"[/?&=]", text)}
    for word in sorted(words, key=len, reverse=True):
        if len(word) >= _SHORT:
            said = said.replace(word.encode(), b"*" * len(word.encode()))
    return said

"""Hides the path and query of webhook URLs, which often are the receiver's only secret.

Source: SEC-17. Only the form of a person who may change the URL shows it in full.
"""

import hashlib
import re
from typing import Final
from urllib.parse import unquote, urlsplit

_SECRET_MIN: Final = 6  # characters; shorter parts are words, not tokens


def shown_url(url: str) -> str:
    """Return scheme, host and port of ``url``, and eight digits that differ for each path."""
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    if url.rstrip("/") == origin:
        return origin
    return f"{origin} (path hidden, {hashlib.sha256(url.encode()).hexdigest()[:8]})"


def without_path(answer: bytes, url: str) -> bytes:
    """Return a receiver's ``answer`` with all parts of the path and query masked."""
    parts = urlsplit(url)
    whole = f"{parts.path}?{parts.query}"
    words = {word for text in (whole, unquote(whole)) for word in re.split(r"[/?&=]", text)}
    for word in sorted(words, key=len, reverse=True):
        if len(word) >= _SECRET_MIN:
            answer = answer.replace(word.encode(), b"*" * len(word.encode()))
    return answer

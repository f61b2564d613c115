"""How the single sign-on of django-allauth works here: in time, and only for people we know."""

import threading
from collections.abc import Callable
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, Final

import requests
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter

STEP_S: Final = 4.0  # to connect, and between two pieces of an answer
LONGEST_S: Final = 6.0  # for the whole answer, however slowly it comes
_ANSWER_MAX: Final = 1_000_000  # bytes
_threads: Final = threading.BoundedSemaphore(8)  # that wait for slow answers, in this process


class SignOnAdapter(DefaultSocialAccountAdapter):
    """The adapter of allauth for accounts at providers."""

    def is_open_for_signup(self, *args: Any) -> bool:
        """Return False: ``people.py`` decides who becomes a person."""
        return False

    def get_requests_session(self) -> requests.Session:
        return SessionInTime()


class SessionInTime(requests.Session):
    """Sends requests that neither hold up a page nor follow redirects (DEP-3)."""

    def __init__(self) -> None:
        super().__init__()
        self.auth = lambda request: request  # not what a .netrc file says

    def request(self, method: str, url: str, **options: Any) -> requests.Response:  # type: ignore[override]  # by name
        options |= {"timeout": STEP_S, "allow_redirects": False, "stream": True}
        send = partial(super().request, method, url, **options)
        return _in_time(partial(_whole, send))


def _whole(send: Callable[[], requests.Response]) -> requests.Response:
    with send() as response:
        pieces, size = [], 0
        for piece in response.iter_content(65_536):
            size += len(piece)
            if size > _ANSWER_MAX:
                raise requests.RequestException(f"More than {_ANSWER_MAX} bytes were sent.")
            pieces.append(piece)
    response._content = b"".join(pieces)
    return response


def _in_time(run: Callable[[], requests.Response]) -> requests.Response:
    """Return the answer, or raise Timeout; the timeouts of requests are for each piece only.

    That too many wait here says nothing about the provider, so it is no Timeout.
    """
    if not _threads.acquire(blocking=False):
        raise requests.RequestException("Too many requests wait for answers.")
    answers: SimpleQueue[requests.Response | Exception] = SimpleQueue()

    def answer() -> None:
        try:
            answers.put(run())
        except Exception as error:  # raised again below
            answers.put(error)
        finally:
            _threads.release()

    threading.Thread(target=answer, daemon=True).start()
    try:
        found = answers.get(timeout=LONGEST_S)
    except Empty:
        raise requests.Timeout("The answer took too long.") from None
    if isinstance(found, Exception):
        raise found
    return found

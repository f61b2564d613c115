"""Idempotency-Key: a POST that is sent again within 24 hours adds nothing more (API-5).

The key becomes a form key, whose second half is a digest of the request. So the operations refuse
it as they refuse a form that is sent twice, also where both arrive at the same time.
"""

from hashlib import sha256
from typing import Final

from django.utils import timezone
from rest_framework.request import Request

from clients_app.actors import Actor
from clients_app.api.errors import Refusal
from clients_app.services import form_keys

_KEY_MAX: Final = 255
_HALF: Final = 32  # digits


def form_key_of(request: Request, *, actor: Actor) -> str:
    """Return the form key of a request, "" if it has no Idempotency-Key.

    Errors: 422 if the caller used the key for another request; AlreadyAdded and SentBefore.
    """
    given = request.headers.get("Idempotency-Key")
    if given is None:
        return ""
    is_plain = given.isascii() and given.isprintable()  # the server empties what is not ASCII
    if not is_plain or not 0 < len(given.strip()) <= _KEY_MAX:
        sentence = f"Send 1 to {_KEY_MAX} printable ASCII characters."
        raise Refusal(400, sentence, prop="Idempotency-Key")
    begin = sha256(f"idempotency {given}".encode()).hexdigest()[:_HALF]
    body = request._request.body
    whole = f"{request.method} {request.get_full_path()}\n".encode() + body
    form_key = begin + sha256(whole).hexdigest()[:_HALF]
    used = form_keys.used_key(begin, actor=actor, now=timezone.now())
    if used and used != form_key:
        sentence = "This key was used for another request within 24 hours."
        raise Refusal(422, sentence, prop="Idempotency-Key")
    form_keys.refuse_used(form_key, actor=actor)
    return form_key

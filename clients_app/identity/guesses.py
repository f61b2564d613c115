"""A password or code that somebody enters: whether it may be weighed, and what a wrong one costs.

Strangers are counted by the username they try and by their address, a device where the person has
signed in before by itself, and proofs of a signed-in person by their session. So nobody else's
guesses refuse a right password or code of a person on their own device (SES-3).
"""

from typing import Final, NamedTuple

from django.http import HttpRequest
from django.utils import timezone

from clients_app.http.peer_address import address_of
from clients_app.identity.known_devices import device_of_anybody, known_device
from clients_app.identity.person import person_of
from clients_app.rules.names import key_of
from clients_app.services import failure_limits, guess_limits
from clients_app.services.guess_limits import Taken
from clients_app.services.people.guess_notices import note_guesses

_FROM: Final = "sign-ins "  # what failures of an address are counted as
_VISITS: Final = "visits "  # and what visits to providers are


class Guess(NamedTuple):
    """``wait_s`` is 0, or the seconds that it must wait; then it is not weighed."""

    taken: Taken
    username: str
    address: str = ""  # of a stranger

    @property
    def wait_s(self) -> int:
        return self.taken.wait_s

    def was_right(self) -> None:
        guess_limits.give_back(self.taken, now=timezone.now())

    def was_wrong(self) -> None:
        if self.address:
            failure_limits.count_failure(self.address, now=timezone.now(), kind=_FROM)
        if self.taken.is_last_free and self.username:
            note_guesses(self.username)


def guess_at_sign_in(request: HttpRequest, kind: str, username: str) -> Guess:
    """Count a guess at the password or code (``kind``) of ``username``, who may not exist."""
    now, address = timezone.now(), address_of(request)
    if device := known_device(request, username):
        taken = guess_limits.take_guess(kind, "device", device, now=now)
        return Guess(taken, username)
    if wait_s := failure_limits.seconds_left(address, now=now, kind=_FROM):
        return Guess(Taken("", wait_s), username, address)
    taken = guess_limits.take_guess(kind, "username", key_of(username), now=now)
    return Guess(taken, username, address)


def guess_at_passkey(request: HttpRequest, credential_id: str, username: str) -> Guess:
    """Count a use of a passkey by a stranger; ``username`` is its person's, empty for nobody.

    Nobody guesses one, so only who knows its id can make it wait, whether it exists or not.
    """
    now, address = timezone.now(), address_of(request)
    known = known_device(request, username) if username else ""
    wait_s = 0 if known else failure_limits.seconds_left(address, now=now, kind=_FROM)
    if wait_s:
        return Guess(Taken("", wait_s), username, address)
    taken = guess_limits.take_guess("passkey", known, credential_id, now=now)
    return Guess(taken, username, "" if known else address)


def count_nonsense(request: HttpRequest) -> None:
    """Count what a stranger sent that names no credential, by their address."""
    failure_limits.count_failure(address_of(request), now=timezone.now(), kind=_FROM)


def guess_at_proof(request: HttpRequest) -> Guess:
    """Count a guess at the password or code with which a signed-in person confirms who they are."""
    person, session = person_of(request), request.session.session_key or ""
    taken = guess_limits.take_guess("proof", str(person.pk), session, now=timezone.now())
    return Guess(taken, person.username)


def count_visit(request: HttpRequest) -> int:
    """Count a visit to a provider that begins, or was refused; return the seconds it must wait.

    Each is a row and a request to the provider, so an address has a hundred in a minute, and a
    device where somebody has signed in before another hundred of its own.
    """
    who = device_of_anybody(request) or address_of(request)
    return failure_limits.count_failure(who, now=timezone.now(), kind=_VISITS)


def wait_for_link(email: str) -> int:
    """Count a request for a link to this address; return the seconds that it must wait.

    Who has the address has the links that were mailed before, so nobody can lock them out.
    """
    return guess_limits.take_guess("link", "email", key_of(email), now=timezone.now()).wait_s

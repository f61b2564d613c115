"""How to read, for one tenant, its applications and what its people allowed them."""

from collections.abc import Callable
from typing import Any, Final

from clients_app.selectors.authorizations import allowed, applications
from tests.moments import NOW
from tests.selectors.tenant_world import World

AUTHORIZATION_READS: Final[dict[Any, list[Callable[[World], Any]]]] = {
    applications.application_named: [
        lambda own: applications.application_named(str(own.application.pk)),
    ],
    applications.may_send_to: [
        lambda own: applications.may_send_to(own.application, "https://rooms.example/callback"),
    ],
    applications.may_send_after_sign_out: [
        lambda own: applications.may_send_after_sign_out(own.application, "https://rooms.example"),
    ],
    applications.is_own_origin: [
        lambda own: applications.is_own_origin("https://rooms.example", own.application.pk),
    ],
    allowed.person_who_authorized: [
        lambda own: allowed.person_who_authorized(
            str(own.person.authorizations.values_list("pk", flat=True)[0])
        ),
    ],
    allowed.signed_in_at: [
        lambda own: allowed.signed_in_at(
            str(own.person.authorizations.values_list("pk", flat=True)[0])
        ),
    ],
    allowed.allowed_applications: [
        lambda own: allowed.allowed_applications(own.person, now=NOW),
    ],
    allowed.application_of: [
        lambda own: allowed.application_of(own.person, own.application.pk),
    ],
}

"""Test a token: what is right and wrong with it for each credential of a client."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app.admin.operations.credentials import check_lines, proves_itself
from clients_app.admin.operations.kinds import CLIENT
from clients_app.admin.operations.operation import Answer, Found
from clients_app.errors import RuleBroken, gettext_noop
from clients_app.http.forms.token_form import TokenForm
from clients_app.models import Client
from clients_app.permissions import Action
from clients_app.services.credentials.trials import Trial, trials_of


@CLIENT.operation(
    "tokens/test",
    _("Test a token"),
    Action.READ_SECRETS,
    lines=lambda client: (
        gettext("It is not stored, logged or shown again, and testing does not use it up."),
    ),
    form=TokenForm,
    is_offered=proves_itself,
    uses_key=True,  # of none: a form may be sent again
)
def token_trial(client: Client, form: TokenForm, *, now: datetime, **by: Any) -> Answer:
    trials = trials_of(client, form.cleaned_data["token"], now=now)
    if trials is None:
        sentence = gettext_noop("This is not a JSON Web Token. Paste all of it.")
        raise RuleBroken(sentence, field="token")
    none = gettext("This client has neither public keys nor federated identities.")
    return Found(list(_lines_of(trials)) or [none])


def _lines_of(trials: Iterable[Trial]) -> Iterator[str]:
    for trial in trials:
        verdict = gettext("The token endpoint would refuse this token.")
        if trial.is_accepted:
            verdict = gettext(
                "Everything fits: the token endpoint would accept this token, unless it was used "
                "before."
            )
        yield f"{trial.credential}: {verdict}"
        yield from check_lines(trial.checks)

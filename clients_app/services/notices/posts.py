"""Posts a message to the address that a tenant's administrator chose."""

from clients_app.limits import ANSWER_MAX, URL_MAX
from clients_app.rules.webhook_urls import without_path
from clients_app.services.notices.messages import NotSent
from clients_app.services.outgoing import NotReached, exchange


def post(url: str, body: bytes, headers: dict[str, str]) -> str:
    """Post ``body``; return the answer's status, from 200 to 299, such as "HTTP 200".

    Errors: NotSent for any other answer, for none, and for an address that may not be reached.
    """
    more = ANSWER_MAX + URL_MAX  # than is kept: no token is cut in two
    try:
        answer = exchange("POST", url, body=body, headers=headers, read_max=more)
    except NotReached as error:
        reason = without_path(str(error).encode(), url).decode()
        raise NotSent(reason, is_final=error.is_final) from error
    status = f"HTTP {answer.status}"
    if not 200 <= answer.status < 300:
        text = without_path(answer.body, url)[:ANSWER_MAX].decode("utf-8", "replace")
        raise NotSent(f"{status} {text}", is_final=answer.status == 410)
    return status

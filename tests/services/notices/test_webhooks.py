"""Messages are posted to a real receiver, signed as in Standard Webhooks."""

import json
import re
from datetime import datetime
from typing import Any

import pytest
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from clients_app.actors import Actor
from clients_app.models import Delivery, Tenant
from clients_app.services.notices import deliveries
from clients_app.services.notices.channel_settings import remove_channel, renew_secret
from clients_app.services.notices.schedule import queue_notices
from tests.moments import NOW
from tests.portal_process import CHECKOUT
from tests.services.notices.conftest import expiring_client, in_days, queued_message
from tests.sinks import Receiver


@pytest.mark.parametrize(
    ("ends_in_days", "sent_after_days", "days"),
    [(7, 0, 7), (5, 0, 5), (5, 1, 4), (1, 1, 0), (1, 3, -2)],
)
def test_a_post_tells_the_days_left_when_it_is_sent(
    ends_in_days: int,
    sent_after_days: int,
    days: int,
    tenant: Tenant,
    hook: str,
    hooks: Receiver,
) -> None:
    expiring_client("Pumps", tenant, ends_at=in_days(ends_in_days))
    queue_notices(tenant, now=NOW)

    deliveries.attempt(Delivery.objects.get().pk, now=in_days(sent_after_days))

    (secret,) = json.loads(hooks.received[0][1])["data"]["secrets"]
    assert secret["days"] == days


def test_example_of_a_post_has_the_fields_of_a_real_one(
    tenant: Tenant, hook: str, hooks: Receiver
) -> None:
    deliveries.attempt(queued_message(tenant).pk, now=NOW)
    sent = json.loads(hooks.received[0][1])
    text = (CHECKOUT / "docs/operations.md").read_text()
    found = re.search(r"```json\n(  \{\n    \"type\".*?)```", text, re.DOTALL)
    assert found
    example = json.loads(found[1])

    assert set(example) == set(sent)
    assert set(example["data"]) == set(sent["data"])
    assert set(example["data"]["secrets"][0]) == set(sent["data"]["secrets"][0])


def test_a_post_is_signed_as_in_standard_webhooks(
    tenant: Tenant, hook: str, hooks: Receiver
) -> None:
    delivery, now = queued_message(tenant), datetime.now().astimezone()

    deliveries.attempt(delivery.pk, now=now)

    ((headers, body),) = hooks.received
    verified = Verifier(hook).verify(body, headers)  # the library of the scheme's authors
    assert verified["type"] == "client.secret.expiring"
    assert verified["timestamp"] == "2026-11-23T12:00:00+00:00"
    assert verified["data"]["tenant_id"] == str(tenant.pk)
    (secret,) = verified["data"]["secrets"]
    assert secret["client"] == "Pumps & <Valves>"
    assert secret["ends_in"] == "t4Vb"
    assert secret["expires_at"] == "2026-11-30T12:00:00+00:00"
    assert headers["webhook-id"] == f"msg_{delivery.pk.hex}"
    with pytest.raises(WebhookVerificationError):
        Verifier(hook).verify(body.replace(b"Pumps", b"Dumps"), headers)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.answer) == ("sent", "HTTP 204")


def test_a_renewed_secret_replaces_the_former_one(
    tenant: Tenant, actor: Actor, hook: str, hooks: Receiver
) -> None:
    renewed = renew_secret("webhook", actor=actor, now=NOW)
    deliveries.attempt(queued_message(tenant).pk, now=datetime.now().astimezone())

    ((headers, body),) = hooks.received
    Verifier(renewed).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Verifier(hook).verify(body, headers)


def test_the_signing_secret_is_not_stored(hook: str, dump_of_every_table: Any) -> None:
    assert hook.startswith("whsec_")
    assert hook[6:] not in dump_of_every_table()


def test_webhook_redirect_is_not_followed(tenant: Tenant, hook: str, hooks: Receiver) -> None:
    """DEP-3."""
    hooks.status, hooks.headers = 302, {"Location": hooks.url}
    delivery = queued_message(tenant)

    deliveries.attempt(delivery.pk, now=NOW)

    delivery.refresh_from_db()
    assert (delivery.state, delivery.answer) == ("waiting", "HTTP 302")
    assert len(hooks.received) == 1


def test_removed_webhook_receives_nothing(
    tenant: Tenant, actor: Actor, hook: str, hooks: Receiver
) -> None:
    delivery = queued_message(tenant)
    remove_channel("webhook", actor=actor, now=NOW)

    deliveries.attempt(delivery.pk, now=NOW)

    delivery.refresh_from_db()
    assert (delivery.state, delivery.answer) == ("failed", "The webhook was removed.")
    assert hooks.received == []

"""`manage.py notices send`: look now, whatever the hour, and send what is due."""

from argparse import ArgumentParser
from typing import Any

from clients_app.management.command_line import PortalCommand, now, tenant_of
from clients_app.selectors.tenants import installation
from clients_app.services.notices import deliveries, schedule


class Command(PortalCommand):
    help = "Sends the notices that are due for secrets that expire soon; none is sent twice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        send = self.words(parser).add_parser("send", help="look now, and send what is due")
        send.add_argument("--tenant", help="name of the tenant; without it, of every one")

    def send(self, *, tenant: str | None, **_: Any) -> None:
        """Print how many secrets got a notice, and how each message went."""
        tenants = [tenant_of(tenant)] if tenant else installation.tenants()
        for one in tenants:
            told = schedule.queue_notices(one, now=now())
            ending = "" if told == 1 else "s"
            self.stdout.write(f"{one.name}: notices for {told} secret{ending}")
            for delivery_id in deliveries.due(now=now(), tenant_id=one.pk):
                if sent := deliveries.attempt(delivery_id, now=now()):
                    line = f"  {sent.channel} to {sent.recipient}: {sent.state} {sent.answer}"
                    self.stdout.write(line.rstrip())

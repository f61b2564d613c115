"""`manage.py notices send`: sends what is due now, whatever NOTICE_HOUR is."""

from argparse import Namespace

from clients_app.management import command_line as cli
from clients_app.selectors.tenants import installation
from clients_app.services.notices import deliveries, schedule


class Command(cli.PortalCommand):
    help = "Sends the notices that are due for secrets that expire soon; none is sent twice."

    @cli.subcommand(
        cli.argument("--tenant", help="name of a tenant; default: all tenants"),
        dry_run=False,
        json=False,
    )
    def send(self, given: Namespace) -> None:
        """Send the notices that are due now; show the result of each message."""
        for tenant in [cli.tenant_of(given.tenant)] if given.tenant else installation.tenants():
            secrets = schedule.queue_notices(tenant, now=cli.now())
            ending = "" if secrets == 1 else "s"
            self.stdout.write(f"{tenant.name}: notices for {secrets} secret{ending}")
            for delivery_id in deliveries.due(now=cli.now(), tenant_id=tenant.pk):
                if sent := deliveries.attempt(delivery_id, now=cli.now()):
                    line = f"  {sent.channel} to {sent.recipient}: {sent.state} {sent.answer}"
                    self.stdout.write(line.rstrip())

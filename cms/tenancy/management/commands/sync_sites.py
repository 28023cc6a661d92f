from typing import Any

from django.core.management.base import BaseCommand

from cms.tenancy import services


class Command(BaseCommand):
    help = "Bring the hostnames and ports of all sites in line with SITE_DOMAIN, SITE_PORT and the home pages."

    def handle(self, **options: Any) -> None:
        self.stdout.write(self.style.SUCCESS(f"{services.sync_sites()} sites"))

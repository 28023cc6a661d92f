from django.apps import AppConfig


class TicketsConfig(AppConfig):
    name = "marketplace.tickets"
    label = "tickets"

    def ready(self) -> None:
        from marketplace.tickets import checks

        checks.register_all()

from django.apps import AppConfig


class TicketsConfig(AppConfig):
    name = "marketplace.tickets"
    label = "tickets"

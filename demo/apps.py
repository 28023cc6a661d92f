from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The sample province, its pictures and the Midtrans simulator; installed only where DEMO is on."""

    name = "demo"
    label = "demo"

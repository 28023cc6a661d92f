from django.apps import AppConfig


class SalesConfig(AppConfig):
    name = "marketplace.sales"
    label = "sales"

    def ready(self) -> None:
        from marketplace.sales import checks, subscribers

        subscribers.register()
        checks.register_all()

from django.apps import AppConfig


class PayoutsConfig(AppConfig):
    name = "marketplace.payouts"
    label = "payouts"

    def ready(self) -> None:
        from marketplace.payouts import checks, subscribers

        subscribers.register()
        checks.register_all()

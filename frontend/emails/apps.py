from django.apps import AppConfig


class EmailsConfig(AppConfig):
    name = "frontend.emails"
    label = "emails"

    def ready(self) -> None:
        from frontend.emails import subscribers

        subscribers.register()

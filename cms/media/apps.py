from django.apps import AppConfig


class MediaConfig(AppConfig):
    name = "cms.media"
    label = "media"

    def ready(self) -> None:
        from cms.media import avif

        avif.register()

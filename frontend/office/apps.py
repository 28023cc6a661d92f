from django.apps import AppConfig


class OfficeConfig(AppConfig):
    name = "frontend.office"
    label = "office"

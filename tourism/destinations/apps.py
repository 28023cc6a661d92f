from django.apps import AppConfig


class DestinationsConfig(AppConfig):
    name = "tourism.destinations"
    label = "destinations"

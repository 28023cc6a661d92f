from django.apps import AppConfig


class VisitsConfig(AppConfig):
    name = "tourism.visits"
    label = "visits"

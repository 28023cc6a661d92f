from django.apps import AppConfig


class HazardsConfig(AppConfig):
    name = "tourism.hazards"
    label = "hazards"

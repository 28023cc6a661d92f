from django.apps import AppConfig


class RegionsConfig(AppConfig):
    name = "tourism.regions"
    label = "regions"

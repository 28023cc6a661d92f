from django.apps import AppConfig


class GateConfig(AppConfig):
    name = "frontend.gate"
    label = "gate"

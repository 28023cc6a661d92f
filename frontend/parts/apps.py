"""The shared parts as a Django app."""

from django.apps import AppConfig


class PartsConfig(AppConfig):
    name = "frontend.parts"
    label = "parts"

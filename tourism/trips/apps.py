from django.apps import AppConfig


class TripsConfig(AppConfig):
    name = "tourism.trips"
    label = "trips"

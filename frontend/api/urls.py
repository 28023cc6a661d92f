"""Addresses of the public API. A version, once published, only grows."""

from django.urls import path

from frontend.api.app import api

urlpatterns = [path("api/v1/", api.urls)]

"""Addresses of the public API. A version, once published, only grows."""

from django.urls import path, re_path

from frontend.api.app import api, nothing

urlpatterns = [path("api/v1/", api.urls), re_path(r"^api/", nothing)]

"""Addresses of the shared parts; none has a language."""

from django.conf import settings
from django.urls import path

from frontend.parts import views

app_name = "parts"
urlpatterns = [
    path("merek.<slug:version>.css", views.brands, name="brands"),
    path("peta/batas.geojson", views.boundaries, name="boundaries"),
    path("luring/", views.offline, name="offline"),
]
if settings.DEBUG or settings.DEMO:
    urlpatterns += [path("pola/", views.patterns, name="patterns")]

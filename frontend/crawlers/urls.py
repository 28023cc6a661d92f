"""Addresses that search engines know; none has a language."""

from django.urls import path

from frontend.crawlers import views

app_name = "crawlers"
urlpatterns = [
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path("sitemap-<slug:section>-<int:number>.xml", views.part, name="part"),
]

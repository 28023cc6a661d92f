"""What stands before Wagtail's own addresses of the admin."""

from django.urls import path

from frontend.office.views.door import sign_in

urlpatterns = [path("admin/login/", sign_in)]

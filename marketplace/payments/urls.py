"""The one address that Midtrans calls: fixed, without language, with its slash."""

from django.urls import path

from marketplace.payments import views

urlpatterns = [path("payments/midtrans/notification/", views.midtrans_notification, name="midtrans_notification")]

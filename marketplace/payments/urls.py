"""The one address that Midtrans calls: fixed, without language. With or without its slash, no redirect is in its way."""

from django.urls import path

from marketplace.payments import views

urlpatterns = [
    path("payments/midtrans/notification/", views.midtrans_notification, name="midtrans_notification"),
    # A slash that was forgotten at Midtrans' dashboard would be a redirect, and a redirect is a lost notification.
    path("payments/midtrans/notification", views.midtrans_notification),
]

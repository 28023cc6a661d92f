"""The one address that Midtrans Payouts calls: fixed, without language, with its slash."""

from django.urls import path

from marketplace.payouts import views

urlpatterns = [path("payouts/iris/notification/", views.iris_notification, name="iris_notification")]

"""Addresses that are passed on: signed links to tickets and to an order. They have no language of their own."""

from django.urls import path

from frontend.account.views import finding, returning, tickets
from frontend.parts.offline import worker

app_name = "tickets"
urlpatterns = [
    path("t/pekerja.js", worker, name="worker"),
    path("t/<str:token>/", tickets.show, name="show"),
    path("t/<str:token>/tiket.pdf", tickets.paper, name="paper"),
    path("t/<str:token>/kalender.ics", tickets.calendar, name="calendar"),
    path("p/<str:token>/", finding.open_by_link, name="order"),
    path("g/<str:token>/", returning.visit, name="closed_visit"),
    path("k/<str:token>/", returning.account, name="refund_account"),
]

"""Addresses of what is one person's own; signing in itself is allauth's, under the same /akun/."""

from django.urls import path

from frontend.account.views import finding, home, orders, personal

app_name = "account"
urlpatterns = [
    path("akun/", home.home, name="home"),
    path("akun/data-saya/", personal.personal_data, name="personal_data"),
    path("pesanan/", orders.orders, name="orders"),
    path("tiket-saya/", finding.find_order, name="find_order"),
]

from django.apps import AppConfig


class SellerConfig(AppConfig):
    name = "frontend.seller"
    label = "seller"

from django.apps import AppConfig


class CheckoutConfig(AppConfig):
    name = "frontend.checkout"
    label = "checkout"

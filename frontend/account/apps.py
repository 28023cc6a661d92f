from django.apps import AppConfig


class AccountConfig(AppConfig):
    name = "frontend.account"
    label = "account"

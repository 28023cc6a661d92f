from django.apps import AppConfig


class AccountConfig(AppConfig):
    name = "frontend.account"
    label = "account_pages"  # "account" is allauth's

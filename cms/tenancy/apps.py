from django.apps import AppConfig


class TenancyConfig(AppConfig):
    name = "cms.tenancy"
    label = "tenancy"

    def ready(self) -> None:
        from wagtail.permissions import register_permission_policy

        from cms.branding.models import Brand
        from cms.tenancy.brands import BrandPermissionPolicy

        register_permission_policy(Brand, BrandPermissionPolicy(Brand))

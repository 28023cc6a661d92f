"""Brands in the admin: each region's editors change their own, and see no other."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.views.generic import EditView, IndexView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permission_policies import ModelPermissionPolicy

from cms.branding.models import Brand
from cms.branding.services import save_brand
from cms.tenancy.models import Role
from cms.tenancy.queries import is_of_province, regions_of

KEEPERS = frozenset({Role.EDITOR, Role.MODERATOR})


def brands_of(user: Any) -> QuerySet[Brand]:
    """The brands an account may change."""
    brands = Brand.objects.select_related("region").order_by("region__code")
    if is_of_province(user, roles=KEEPERS):
        return brands
    return brands.filter(region__in=regions_of(user, roles=KEEPERS))


class BrandPermissionPolicy(ModelPermissionPolicy):
    """Brands are changed; they come and go with their regions."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Only changing, and only for those who may."""
        return action in {"change", "view"} and bool(super().user_has_permission(user, "change"))


class BrandIndexView(IndexView):
    """The own brand; for the province, all of them."""

    def get_base_queryset(self) -> QuerySet[Brand]:
        """The brands this account may change."""
        return brands_of(self.request.user)


class BrandEditView(EditView):
    """The form of one brand."""

    def get_queryset(self) -> QuerySet[Brand]:
        """Another region's brand is not found."""
        return brands_of(self.request.user)

    def get_object(self, queryset: Any = None) -> Any:
        """Another region's brand is not found."""
        return super().get_object(brands_of(self.request.user))

    def save_instance(self) -> Brand:
        """Save through the service."""
        return save_brand(brand=self.form.save(commit=False), now=timezone.now())


def pair(name: str) -> FieldRowPanel:
    """A colour for light and for dark."""
    return FieldRowPanel([FieldPanel(f"{name}_light"), FieldPanel(f"{name}_dark")])


class BrandViewSet(ModelViewSet):
    """The brand's place in the menu."""

    model = Brand
    icon = "view"
    menu_label = _("Brand")
    menu_order = 500
    add_to_admin_menu = True
    inspect_view_enabled = False
    copy_view_enabled = False
    list_display = ("region", "tagline_id", "motif")
    list_filter: tuple[str, ...] = ()
    search_fields: tuple[str, ...] = ()
    index_view_class = BrandIndexView
    edit_view_class = BrandEditView
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [FieldPanel("tagline_id"), FieldPanel("tagline_en"), FieldPanel("is_sample_tagline")], _("Tagline")
            ),
            MultiFieldPanel(
                [pair(name) for name in ("brand", "brand_strong", "on_brand", "accent")], _("Colours of the region")
            ),
            MultiFieldPanel([pair(name) for name in ("paper", "sheet", "ink")], _("Paper and ink")),
            MultiFieldPanel(
                [FieldRowPanel([FieldPanel("motif"), FieldPanel("edge"), FieldPanel("radius")])], _("Cloth and shapes")
            ),
        ]
    )

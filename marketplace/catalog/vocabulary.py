"""The shelves of the marketplace: what the province keeps and shops choose from."""

from marketplace.catalog.models import Category, ListingKind


def keep_category(*, slug: str, name_id: str, name_en: str, kind: ListingKind = ListingKind.GOODS) -> Category:
    """Make a category or rename it; a repeat changes nothing."""
    category, _made = Category.objects.update_or_create(
        slug=slug, defaults={"name_id": name_id, "name_en": name_en, "kind": kind}
    )
    return category

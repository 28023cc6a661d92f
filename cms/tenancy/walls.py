"""What an editor of one region may see in the admin of the others' pages: nothing.

Wagtail lists pages by permission in its explorer, search and reports; its page chooser and wagtail-localize's report
do not. What is closed here stays proven by the matrix of roles, regions and views in the tests.
"""

from typing import Any

from django.db.models import Q
from wagtail.models import Page, PageQuerySet

from cms.pages.models import RegionHome
from cms.tenancy.queries import is_of_province, regions_of


def foreign_paths(user: Any) -> list[str]:
    """Paths of the region homes in which an account has no role; none for the province's team."""
    if is_of_province(user):
        return []
    own = [region.pk for region in regions_of(user)]
    return list(RegionHome.objects.exclude(region_id__in=own).values_list("path", flat=True))


def visible(pages: PageQuerySet, user: Any) -> PageQuerySet:
    """Those pages that are not another region's: the own regions' and the province's."""
    foreign = Q()
    for path in foreign_paths(user):
        foreign |= Q(path__startswith=path)
    return pages.exclude(foreign) if foreign else pages


def is_visible(page: Page, user: Any) -> bool:
    """Whether a page is not another region's."""
    return not any(page.path.startswith(path) for path in foreign_paths(user))

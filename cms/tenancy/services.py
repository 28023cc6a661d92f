"""Making the site and the team of a region, and keeping sites in line with settings. Every function may be repeated."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.core.cache import cache
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override
from wagtail.models import (
    Collection,
    GroupApprovalTask,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
    Site,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)

from cms.pages.models import ProvinceHome, RegionHome
from cms.pages.services import ensure_province_home, ensure_region_home
from cms.tenancy.models import RegionTeam, Role
from cms.tenancy.queries import HOSTNAMES_KEY
from foundation.errors import DomainError
from tourism.regions.models import Region, RegionLevel

EDITOR_PAGE_PERMISSIONS = ("add_page", "change_page")
MODERATOR_PAGE_PERMISSIONS = (*EDITOR_PAGE_PERMISSIONS, "publish_page", "lock_page", "unlock_page")
OWN_COLLECTION_PERMISSIONS = (
    "add_image",
    "change_image",
    "choose_image",
    "add_document",
    "change_document",
    "choose_document",
)
SHARED_COLLECTION_PERMISSIONS = ("choose_image", "choose_document")
# What does not hang on a page or a collection: entering the admin, translating, the region's brand.
EDITOR_PERMISSIONS = ("wagtailadmin.access_admin", "wagtail_localize.submit_translation", "branding.change_brand")
TREASURER_PERMISSIONS = ("wagtailadmin.access_admin",)


class UnknownRegion(DomainError):
    """No such kabupaten or kota."""

    code = "unknown_region"
    status = 404

    def __init__(self, region_code: str) -> None:
        super().__init__(_("There is no regency or city with the code %(code)s.") % {"code": region_code})


@transaction.atomic
def create_province_site(
    *, now: datetime, title_id: str = "", title_en: str = "", is_sample: bool = False
) -> RegionTeam:
    """The province's home in both languages, its site, the shared collection, and the province's own team.

    :raises UnknownRegion: the official regions have not been loaded.
    """
    province = Region.objects.light().provinces().first()
    if province is None:
        raise UnknownRegion("-")
    home = ensure_province_home(
        region=province,
        title_id=title_id or province.name,
        title_en=title_en or province.name,
        is_sample=is_sample,
        now=now,
    )
    team = ensure_team(region=province, homes=[home, *home.get_translations()], collection=shared_collection(province))
    sync_sites()
    return team


@transaction.atomic
def create_region_site(*, code: str, is_sample: bool = False, now: datetime) -> RegionTeam:
    """All a kabupaten or kota needs: home and lists in both languages, site, collection, groups with their rights, workflow.

    :raises UnknownRegion: no kabupaten or kota has this official code.
    """
    region = Region.objects.light().filter(code=code, level=RegionLevel.REGENCY).exclude(slug=None).first()
    if region is None:
        raise UnknownRegion(code)
    province = ProvinceHome.objects.filter(locale__language_code=settings.LANGUAGE_CODE).first()
    if province is None:
        create_province_site(now=now)
        province = ProvinceHome.objects.get(locale__language_code=settings.LANGUAGE_CODE)
    home = ensure_region_home(region=region, province=province, is_sample=is_sample, now=now)
    team = ensure_team(region=region, homes=[home, *home.get_translations()], collection=collection_named(region.name))
    sync_sites()
    return team


def ensure_team(*, region: Region, homes: Iterable[Page], collection: Collection) -> RegionTeam:
    """The groups, rights and workflow of a region; a repeat gives back rights that were lost."""
    pages = list(homes)
    team = RegionTeam.objects.filter(region=region).first()
    if team is None:
        with override(settings.LANGUAGE_CODE):
            names = {"region": region.short_name}
            editors = Group.objects.get_or_create(name=_("Editors of %(region)s") % names)[0]
            moderators = Group.objects.get_or_create(name=_("Moderators of %(region)s") % names)[0]
            treasurers = Group.objects.get_or_create(name=_("Treasurers of %(region)s") % names)[0]
            workflow = Workflow.objects.get_or_create(name=_("Review by %(region)s") % names)[0]
        team = RegionTeam.objects.create(
            region=region,
            editors=editors,
            moderators=moderators,
            treasurers=treasurers,
            collection=collection,
            workflow=workflow,
        )
    grant(team.editors, EDITOR_PERMISSIONS)
    grant(team.moderators, EDITOR_PERMISSIONS)
    grant(team.treasurers, TREASURER_PERMISSIONS)
    for page in pages:
        # In Wagtail the right to one language's tree says nothing of the other's.
        grant_pages(team.editors, page, EDITOR_PAGE_PERMISSIONS)
        grant_pages(team.moderators, page, MODERATOR_PAGE_PERMISSIONS)
    for group in (team.editors, team.moderators):
        grant_collection(group, team.collection, OWN_COLLECTION_PERMISSIONS)
        grant_collection(group, shared_collection(), SHARED_COLLECTION_PERMISSIONS)
    ensure_workflow(team, pages)
    return team


def ensure_workflow(team: RegionTeam, pages: Iterable[Page]) -> None:
    """One task: a moderator of the region looks at it."""
    link = WorkflowTask.objects.filter(workflow=team.workflow).first()
    if link is None:
        task = GroupApprovalTask.objects.create(name=team.workflow.name)
        task.groups.add(team.moderators)
        WorkflowTask.objects.create(workflow=team.workflow, task=task, sort_order=0)
    for page in pages:
        WorkflowPage.objects.update_or_create(page_id=page.pk, defaults={"workflow": team.workflow})


def grant(group: Group, names: Iterable[str]) -> None:
    """Give a group permissions, named "app.codename"."""
    wanted = Q()
    for name in names:
        app_label, codename = name.split(".")
        wanted |= Q(content_type__app_label=app_label, codename=codename)
    group.permissions.add(*Permission.objects.filter(wanted))


def grant_pages(group: Group, page: Page, codenames: Iterable[str]) -> None:
    """Give a group rights on a page and all below it."""
    permissions = Permission.objects.filter(
        content_type__app_label="wagtailcore", content_type__model="page", codename__in=list(codenames)
    )
    rows = [GroupPagePermission(group=group, page_id=page.pk, permission=permission) for permission in permissions]
    GroupPagePermission.objects.bulk_create(rows, ignore_conflicts=True)


def grant_collection(group: Group, collection: Collection, codenames: Iterable[str]) -> None:
    """Give a group rights on a collection of pictures and documents."""
    permissions = Permission.objects.filter(content_type__app_label="media", codename__in=list(codenames))
    rows = [
        GroupCollectionPermission(group=group, collection=collection, permission=permission)
        for permission in permissions
    ]
    GroupCollectionPermission.objects.bulk_create(rows, ignore_conflicts=True)


def collection_named(name: str) -> Collection:
    """A collection right under the root, made if it is not there."""
    root = Collection.get_first_root_node()
    found: Collection | None = root.get_children().filter(name=name).first()
    return found or root.add_child(name=name)


def shared_collection(province: Region | None = None) -> Collection:
    """The province's collection, from which every region may choose."""
    region = province or Region.objects.light().provinces().get()
    return collection_named(f"Provinsi {region.name}")


def add_member(*, team: RegionTeam, user: Any, role: Role) -> None:
    """Give an account a role in a region."""
    groups = {Role.EDITOR: team.editors, Role.MODERATOR: team.moderators, Role.TREASURER: team.treasurers}
    user.groups.add(groups[role])


@transaction.atomic
def sync_sites() -> int:
    """Bring hostnames and ports of all sites in line with settings and home pages; returns how many sites there are.

    A region answers to its slug under ``SITE_DOMAIN`` unless its home page names another hostname.
    """
    homes: list[Any] = [
        *ProvinceHome.objects.filter(locale__language_code=settings.LANGUAGE_CODE).select_related("region"),
        *RegionHome.objects.filter(locale__language_code=settings.LANGUAGE_CODE).select_related("region"),
    ]
    known = {site.root_page_id: site for site in Site.objects.all()}
    for home in homes:
        is_province = isinstance(home, ProvinceHome)
        own = settings.SITE_DOMAIN if is_province else f"{home.region.slug}.{settings.SITE_DOMAIN}"
        values = {
            "hostname": home.hostname or own,
            "port": settings.SITE_PORT,
            "site_name": home.region.short_name,
            "is_default_site": is_province,
        }
        site = known.get(home.pk)
        if site is None:
            Site.objects.create(root_page_id=home.pk, **values)
        elif any(getattr(site, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(site, name, value)
            site.save()
    Site.clear_site_root_paths_cache()
    cache.delete(HOSTNAMES_KEY)
    return len(homes)

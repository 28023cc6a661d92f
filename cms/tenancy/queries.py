"""Who may do what, where."""

from collections.abc import Collection
from typing import Any, cast

from django.conf import settings
from django.core.cache import cache
from django.db.models import Q
from wagtail.models import Site

from cms.tenancy.models import RegionTeam, Role
from tourism.regions.models import Region

HOSTNAMES_KEY, HOSTNAMES_SECONDS = "hostnames", 60
FIELDS = {Role.EDITOR: "editors", Role.MODERATOR: "moderators", Role.TREASURER: "treasurers"}
EVERY_ROLE = frozenset(Role)


def teams_of(user: Any, *, roles: Collection[Role] = EVERY_ROLE) -> list[RegionTeam]:
    """The teams in which an account has one of the roles, by their region's code."""
    if not user.is_authenticated or not user.is_active:
        return []
    return [team for team, held in _posts_of(user) if not held.isdisjoint(roles)]


def _posts_of(user: Any) -> list[tuple[RegionTeam, frozenset[Role]]]:
    """The teams of an account, each with its roles there; two queries, and kept on the account as Django keeps permissions."""
    if not hasattr(user, "_posts"):
        groups = set(user.groups.values_list("pk", flat=True))
        belongs = Q(editors__in=groups) | Q(moderators__in=groups) | Q(treasurers__in=groups)
        teams = RegionTeam.objects.filter(belongs).select_related("region").defer("region__boundary")
        user._posts = [
            (team, frozenset(role for role, field in FIELDS.items() if getattr(team, f"{field}_id") in groups))
            for team in teams.order_by("region__code")
        ]
    return cast("list[tuple[RegionTeam, frozenset[Role]]]", user._posts)


def is_of_province(user: Any, *, roles: Collection[Role] = EVERY_ROLE) -> bool:
    """Whether an account works for the whole province."""
    return bool(user.is_active and user.is_superuser) or any(
        team.region.level == "PROVINCE" for team in teams_of(user, roles=roles)
    )


def regions_of(user: Any, *, roles: Collection[Role] = EVERY_ROLE) -> list[Region]:
    """The kabupaten and kota in which an account has one of the roles; for the province's team and superusers all of them."""
    if user.is_active and user.is_superuser:
        return list(Region.objects.light().regencies())
    teams = teams_of(user, roles=roles)
    if any(team.region.level == "PROVINCE" for team in teams):
        return list(Region.objects.light().regencies())
    return [team.region for team in teams]


def may(user: Any, *, region_id: int, roles: Collection[Role] = EVERY_ROLE) -> bool:
    """Whether an account has one of the roles in a region."""
    return any(region.pk == region_id for region in regions_of(user, roles=roles))


def hostnames(*, anew: bool = False) -> dict[str, str | None]:
    """The slug of the region of every site, by hostname; the province's own site has none. Looked up once a minute.

    :param anew: look now, since a name is not among them.
    """
    kept: dict[str, str | None] | None = None if anew else cache.get(HOSTNAMES_KEY)
    if kept is None:
        kept = dict(Site.objects.values_list("hostname", "root_page__regionhome__region__slug"))
        cache.set(HOSTNAMES_KEY, kept, HOSTNAMES_SECONDS)
    return kept


def hostname_of(slug: str) -> str:
    """The name under which a region's site answers."""
    own = (hostname for hostname, region in hostnames().items() if region == slug)
    return next(own, f"{slug}.{settings.SITE_DOMAIN}")

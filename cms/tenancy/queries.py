"""Who may do what, where."""

from collections.abc import Collection
from typing import Any

from django.db.models import Q

from cms.tenancy.models import RegionTeam, Role
from tourism.regions.models import Region

FIELDS = {Role.EDITOR: "editors", Role.MODERATOR: "moderators", Role.TREASURER: "treasurers"}
EVERY_ROLE = frozenset(Role)


def teams_of(user: Any, *, roles: Collection[Role] = EVERY_ROLE) -> list[RegionTeam]:
    """The teams in which an account has one of the roles: one query."""
    if not user.is_authenticated or not user.is_active:
        return []
    has_role = Q()
    for role in roles:
        has_role |= Q(**{f"{FIELDS[role]}__user": user})
    return list(
        RegionTeam.objects.filter(has_role)
        .select_related("region")
        .defer("region__boundary")
        .distinct()
        .order_by("region__code")
    )


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

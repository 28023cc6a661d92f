import pytest
from django.contrib.auth.models import Group
from django.utils import translation
from wagtail.models import Collection, Workflow

from cms.tenancy.models import RegionTeam, Role
from cms.tenancy.services import TREASURER_PERMISSIONS, add_member, grant
from tests.factories.accounts import UserFactory
from tests.factories.regions import RegencyFactory
from tests.factories.shops import MemberFactory, ShopFactory
from tests.frontend.visiting import today, visitor
from tourism.regions.models import Region

__all__ = ["today", "visitor"]


@pytest.fixture(autouse=True)
def _in_indonesian():
    """Requests leave their language behind; each test begins in Indonesian."""
    with translation.override("id"):
        yield


@pytest.fixture
def regions():
    """The province with Bukittinggi and Padang, each with its team; their pages are not needed here."""
    province = Region.objects.create(
        code="13", level="PROVINCE", kind="PROVINSI", name="Sumatera Barat", short_name="Sumbar"
    )
    named = {
        "bukittinggi": RegencyFactory(
            code="13.75", name="Kota Bukittinggi", short_name="Bukittinggi", slug="bukittinggi"
        ),
        "padang": RegencyFactory(code="13.71", name="Kota Padang", short_name="Padang", slug="padang"),
    }
    for region in (province, *named.values()):
        team_of(region)
    return named


def team_of(region):
    """The groups of a region with the rights that Wagtail asks for."""
    groups = {
        name: Group.objects.create(name=f"{name} {region.code}") for name in ("editors", "moderators", "treasurers")
    }
    for group in groups.values():
        grant(group, TREASURER_PERMISSIONS)
    collection = Collection.get_first_root_node().add_child(name=region.name)
    workflow = Workflow.objects.create(name=region.name)
    RegionTeam.objects.create(region=region, collection=collection, workflow=workflow, **groups)


@pytest.fixture
def people(regions):
    """One account for each kind of person."""
    teams = {team.region.code: team for team in RegionTeam.objects.select_related("region")}
    made = {name: UserFactory(first_name=name) for name in ("stranger", "seller", "province")}
    MemberFactory(user=made["seller"], shop=ShopFactory(region=regions["bukittinggi"]))
    for role in Role:
        add_member(team=teams["13"], user=made["province"], role=role)
    for place, code in (("bukittinggi", "13.75"), ("padang", "13.71")):
        for role in (Role.EDITOR, Role.TREASURER):
            user = made[f"{role.lower()} of {place}"] = UserFactory(first_name=f"{role} {place}")
            add_member(team=teams[code], user=user, role=role)
    return made


@pytest.fixture
def office(visitor, people):
    """The province's operator at the desk."""
    visitor.force_login(people["province"])
    return visitor


@pytest.fixture
def bendahara(visitor, people):
    """The treasurer of Bukittinggi at the desk."""
    visitor.force_login(people["treasurer of bukittinggi"])
    return visitor

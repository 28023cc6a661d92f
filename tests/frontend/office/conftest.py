import pytest
from django.utils import translation

from cms.tenancy.models import RegionTeam, Role
from cms.tenancy.services import add_member, create_province_site, create_region_site
from tests.factories.accounts import UserFactory
from tests.factories.orders import NOW
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
    """The province with Bukittinggi and Padang, each with its team."""
    Region.objects.create(code="13", level="PROVINCE", kind="PROVINSI", name="Sumatera Barat", short_name="Sumbar")
    named = {
        "bukittinggi": RegencyFactory(
            code="13.75", name="Kota Bukittinggi", short_name="Bukittinggi", slug="bukittinggi"
        ),
        "padang": RegencyFactory(code="13.71", name="Kota Padang", short_name="Padang", slug="padang"),
    }
    create_province_site(now=NOW)
    for region in named.values():
        create_region_site(code=region.code, now=NOW)
    return named


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

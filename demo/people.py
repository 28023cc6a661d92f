"""The demonstration's people, each with a role and an impossible address."""

from datetime import datetime

from django.contrib.auth.hashers import make_password

from cms.tenancy.models import RegionTeam, Role
from cms.tenancy.services import add_member as join_team
from demo.accounts import ACCOUNTS, PASSWORD, DemoAccount
from foundation.accounts.models import User
from marketplace.shops.models import MemberRole, Shop
from marketplace.shops.services import add_member as join_shop

TEAMS = {
    "editor.bukittinggi@contoh.invalid": ("13.75", Role.EDITOR),
    "peninjau.bukittinggi@contoh.invalid": ("13.75", Role.MODERATOR),
    "bendahara.bukittinggi@contoh.invalid": ("13.75", Role.TREASURER),
    "editor.padang@contoh.invalid": ("13.71", Role.EDITOR),
    "keuangan@contoh.invalid": ("13", Role.TREASURER),
}
SELLER, GATE, PROVINCE = "penjual@contoh.invalid", "gerbang@contoh.invalid", "provinsi@contoh.invalid"
OPERATOR = "operator@contoh.invalid"


def load_people(*, now: datetime) -> None:
    """One account for each kind of user, with the rights it needs and no others."""
    # Hashing a password takes a second on a small machine; all of these share one.
    secret = make_password(PASSWORD)
    people = {account.login: person(account, secret) for account in ACCOUNTS}
    for login, (code, role) in TEAMS.items():
        join_team(team=RegionTeam.objects.get(region__code=code), user=people[login], role=role)
    province = RegionTeam.objects.get(region__level="PROVINCE")
    for role in Role:
        join_team(team=province, user=people[PROVINCE], role=role)
    # The seller runs a maker's shop; the operator runs both ticket sellers of Bukittinggi, and the gate's phone admits for them.
    shops = Shop.objects.filter(region__code="13.75", is_sample=True).order_by("pk")
    maker = shops.filter(kind="UMKM").first()
    assert maker is not None
    join_shop(shop_id=maker.pk, user_id=people[SELLER].pk, role=MemberRole.OWNER)
    for office in shops.exclude(kind="UMKM"):
        join_shop(shop_id=office.pk, user_id=people[OPERATOR].pk, role=MemberRole.OWNER)
        join_shop(shop_id=office.pk, user_id=people[GATE].pk, role=MemberRole.GATE)


def person(account: DemoAccount, secret: str) -> User:
    """The account of a sample person with this hashed password; a repeat leaves it as it is."""
    existing = User.objects.filter(email=account.login).first()
    if existing is not None:
        return existing
    first, _space, last = account.name.partition(" ")
    return User.objects.create(email=account.login, password=secret, first_name=first, last_name=last)

import pytest
from django.core.management import CommandError, call_command
from wagtail.models import GroupCollectionPermission, GroupPagePermission, Page, Site, WorkflowPage

from cms.pages.models import RegionHome
from cms.tenancy.models import RegionTeam, Role
from cms.tenancy.queries import is_of_province, regions_of
from cms.tenancy.services import create_region_site, sync_sites
from config.middleware import HostMiddleware
from frontend.parts.addresses import region_home
from tests.cms.house import NOW


def everything():
    return [
        sorted(model.objects.values_list("pk", flat=True))
        for model in (Page, Site, RegionTeam, GroupPagePermission, GroupCollectionPermission, WorkflowPage)
    ]


class TestCreateRegionSite:
    def test_a_repeat_changes_nothing(self, house):
        before = everything()
        create_region_site(code="13.75", now=NOW)
        assert everything() == before

    def test_a_repeat_gives_back_rights_that_were_lost(self, house):
        before = GroupPagePermission.objects.count()
        GroupPagePermission.objects.filter(group=house.team("13.75").editors).delete()
        create_region_site(code="13.75", now=NOW)
        assert GroupPagePermission.objects.count() == before

    def test_rights_reach_both_languages(self, house):
        pages = GroupPagePermission.objects.filter(group=house.team("13.75").editors).values_list("page", flat=True)
        assert set(pages) == {house.bukittinggi.pk, house.english(house.bukittinggi).pk}

    @pytest.mark.parametrize("code", ["99.99", "13", "13.75.01"])
    def test_the_command_refuses_what_is_no_regency_and_makes_nothing(self, house, code):
        before = everything()
        with pytest.raises(CommandError):
            call_command("create_region_site", code)
        assert everything() == before


class TestSyncSites:
    def test_hostnames_and_ports_follow_the_settings(self, house, settings):
        settings.SITE_DOMAIN, settings.SITE_PORT = "wisata.contoh.id", 443
        assert sync_sites() == 3
        assert set(Site.objects.values_list("hostname", "port", "is_default_site")) == {
            ("wisata.contoh.id", 443, True),
            ("bukittinggi.wisata.contoh.id", 443, False),
            ("padang.wisata.contoh.id", 443, False),
        }

    def test_a_region_may_have_a_hostname_of_its_own(self, house):
        RegionHome.objects.filter(pk=house.padang.pk).update(hostname="wisata.padang.contoh.id")
        sync_sites()
        assert Site.objects.get(root_page_id=house.padang.pk).hostname == "wisata.padang.contoh.id"
        assert region_home("padang") == "http://wisata.padang.contoh.id:8000/"
        assert region_home("bukittinggi") == "http://bukittinggi.lapau.localhost:8000/"
        assert region_home("") == "http://lapau.localhost:8000/"

    def test_names_are_looked_up_once_and_a_new_one_is_known_at_once(self, house, django_assert_num_queries):
        sync_sites()
        assert HostMiddleware.is_ours("padang.lapau.localhost")
        with django_assert_num_queries(0):
            assert HostMiddleware.is_ours("bukittinggi.lapau.localhost")
            assert region_home("padang") == "http://padang.lapau.localhost:8000/"
        Site.objects.filter(root_page_id=house.padang.pk).update(hostname="wisata.padang.contoh.id")
        assert HostMiddleware.is_ours("wisata.padang.contoh.id")
        assert region_home("padang") == "http://wisata.padang.contoh.id:8000/"
        assert not HostMiddleware.is_ours("lain.contoh.id")


class TestRegionsOf:
    def test_follows_the_role(self, house):
        editor = house.member("13.75", Role.EDITOR)
        assert [region.code for region in regions_of(editor)] == ["13.75"]
        assert regions_of(editor, roles=[Role.TREASURER]) == []
        assert is_of_province(editor) is False

    def test_a_page_that_asks_often_costs_two_queries(self, house, django_assert_num_queries):
        editor = house.member("13.75", Role.EDITOR)
        with django_assert_num_queries(2):
            for roles in ([Role.EDITOR], [Role.MODERATOR], [Role.TREASURER, Role.MODERATOR]):
                is_of_province(editor, roles=roles)
                regions_of(editor, roles=roles)

    def test_the_provinces_team_has_every_region(self, house):
        moderator = house.member("13", Role.MODERATOR)
        assert [region.code for region in regions_of(moderator)] == ["13.75", "13.71"]
        assert is_of_province(moderator) is True

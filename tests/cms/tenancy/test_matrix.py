"""Role x region x view: what is not yours is not found, and never shown. This test is permanent."""

import pytest
from django.test import Client
from django.urls import reverse
from wagtail_localize.models import Translation, TranslationSource

from cms.branding.models import Brand
from cms.pages.services import hand_over_translations
from cms.tenancy.models import Role
from tests.cms.house import picture

SECRET = "Pantai Rahasia Padang"
# A page that is not yours: Wagtail sends back to the dashboard, our own views find nothing.
REFUSED = {302, 403, 404}


def lists(house):
    """Views that list or find pages, pictures and changes: they open, and show nothing of Padang."""
    return {
        "dashboard": reverse("wagtailadmin_home"),
        "explorer": reverse("wagtailadmin_explore_root"),
        "province": reverse("wagtailadmin_explore", args=[house.province.pk]),
        "search": reverse("wagtailadmin_pages:search") + "?q=Rahasia",
        "type use": reverse("wagtailadmin_pages:type_use", args=["pages", "destinationpage"]),
        "chooser": reverse("wagtailadmin_choose_page") + "?page_type=pages.destinationpage",
        "chooser search": reverse("wagtailadmin_choose_page_search") + "?q=Rahasia",
        "chooser of the province": reverse("wagtailadmin_choose_page_child", args=[house.province.pk]),
        "admin api": reverse("wagtailadmin_api:pages:listing"),
        "site history": reverse("wagtailadmin_reports:site_history"),
        "aging pages": reverse("wagtailadmin_reports:aging_pages"),
        "page types": reverse("wagtailadmin_reports:page_types_usage"),
        "workflow report": reverse("wagtailadmin_reports:workflow"),
        "pictures": reverse("wagtailimages:index"),
        "picture chooser": reverse("wagtailimages_chooser:choose"),
        "documents": reverse("wagtaildocs:index"),
        "brands": reverse("brand:index"),
        "closures": reverse("closures"),
        "mark as closed": reverse("closure_choose"),
    }


def foreign(house):
    """Views of one thing of Padang."""
    page, row = house.pantai, house.row(house.pantai)
    index = page.get_parent()
    source = TranslationSource.objects.get(object_id=page.translation_key)
    return {
        "edit": reverse("wagtailadmin_pages:edit", args=[page.pk]),
        "edit in English": reverse("wagtailadmin_pages:edit", args=[house.english(page).pk]),
        "explore": reverse("wagtailadmin_explore", args=[page.pk]),
        "explore its list": reverse("wagtailadmin_explore", args=[index.pk]),
        "explore its list again": reverse("wagtailadmin_explore_results", args=[index.pk]),
        "history": reverse("wagtailadmin_pages:history", args=[page.pk]),
        "usage": reverse("wagtailadmin_pages:usage", args=[page.pk]),
        "preview": reverse("wagtailadmin_pages:preview_on_edit", args=[page.pk]),
        "draft": reverse("wagtailadmin_pages:view_draft", args=[page.pk]),
        "delete": reverse("wagtailadmin_pages:delete", args=[page.pk]),
        "unpublish": reverse("wagtailadmin_pages:unpublish", args=[page.pk]),
        "move": reverse("wagtailadmin_pages:move", args=[page.pk]),
        "copy": reverse("wagtailadmin_pages:copy", args=[page.pk]),
        "add beside": reverse("wagtailadmin_pages:add", args=["pages", "destinationpage", index.pk]),
        "chooser at": reverse("wagtailadmin_choose_page_child", args=[index.pk]),
        "admin api": reverse("wagtailadmin_api:pages:detail", args=[page.pk]),
        "translate": reverse("wagtail_localize:submit_page_translation", args=[page.pk]),
        "update translations": reverse("wagtail_localize:update_translations", args=[source.pk]),
        "edit a string": reverse(
            "wagtail_localize:preview_translation", args=[Translation.objects.get(source=source).pk]
        ),
        "all translations": reverse("wagtail_localize:translations_report"),
        "brand": reverse("brand:edit", args=[Brand.objects.get(region__code="13.71").pk]),
        "mark as closed": reverse("closure_add", args=[row.pk]),
    }


@pytest.fixture
def client_of(house):
    def sign_in(code, role):
        client = Client(headers={"host": "lapau.localhost:8000"})
        client.force_login(house.member(code, role))
        return client

    return sign_in


@pytest.fixture(autouse=True)
def _things(house):
    hand_over_translations(limit=100)
    picture("Gambar rahasia", collection=house.team("13.71").collection)
    picture("Gambar sendiri", collection=house.team("13.75").collection)


@pytest.mark.parametrize("role", [Role.EDITOR, Role.MODERATOR])
class TestBukittinggi:
    def test_lists_open_and_show_nothing_of_padang(self, house, client_of, role):
        client, found = client_of("13.75", role), {}
        for name, url in lists(house).items():
            answer = client.get(url)
            shown = answer.content.decode()
            found[name] = (answer.status_code, SECRET in shown or "Gambar rahasia" in shown)
        assert found == dict.fromkeys(found, (200, False))

    def test_nothing_of_padang_can_be_opened(self, house, client_of, role):
        client = client_of("13.75", role)
        found = {name: client.get(url) for name, url in foreign(house).items()}
        opened = {name: answer.status_code for name, answer in found.items() if answer.status_code not in REFUSED}
        assert opened == {}
        assert [name for name, answer in found.items() if SECRET in answer.content.decode()] == []

    def test_its_own_things_open(self, house, client_of, role):
        client, page, row = client_of("13.75", role), house.jam_gadang, house.row(house.jam_gadang)
        urls = [
            reverse("wagtailadmin_pages:edit", args=[page.pk]),
            reverse("wagtailadmin_pages:edit", args=[house.english(page).pk]),
            reverse("wagtailadmin_pages:add", args=["pages", "destinationpage", page.get_parent().pk]),
            reverse("wagtailadmin_choose_page_child", args=[page.get_parent().pk]),
            reverse("brand:edit", args=[Brand.objects.get(region__code="13.75").pk]),
            reverse("closure_add", args=[row.pk]),
        ]
        assert [client.get(url).status_code for url in urls] == [200] * len(urls)
        assert "Jam Gadang" in client.get(reverse("wagtailadmin_pages:search") + "?q=Gadang").content.decode()
        assert "Gambar sendiri" in client.get(reverse("wagtailimages:index")).content.decode()

    def test_writing_to_padang_is_refused_and_nothing_changes(self, house, client_of, role):
        client, before = client_of("13.75", role), house.row(house.pantai)
        for name in ("edit", "delete", "unpublish", "mark as closed", "brand"):
            assert client.post(foreign(house)[name], {"title": "Diambil", "confirm": "on"}).status_code in REFUSED
        after = house.row(house.pantai)
        assert (after.name, after.is_published, after.closures.count()) == (before.name, True, 0)


class TestOthers:
    def test_the_province_sees_every_region(self, house, client_of):
        client = client_of("13", Role.MODERATOR)
        assert SECRET in client.get(lists(house)["search"]).content.decode()
        assert client.get(foreign(house)["edit"]).status_code == 200
        assert client.get(foreign(house)["brand"]).status_code == 200
        assert client.get(foreign(house)["mark as closed"]).status_code == 200

    def test_a_treasurer_edits_nothing(self, house, client_of):
        client, row = client_of("13.75", Role.TREASURER), house.row(house.jam_gadang)
        assert client.get(reverse("wagtailadmin_home")).status_code == 200
        for url in (
            reverse("wagtailadmin_pages:edit", args=[house.jam_gadang.pk]),
            reverse("closure_add", args=[row.pk]),
            reverse("brand:edit", args=[Brand.objects.get(region__code="13.75").pk]),
        ):
            assert client.get(url).status_code in REFUSED

    def test_a_stranger_is_asked_to_sign_in(self, house):
        answer = Client(headers={"host": "lapau.localhost:8000"}).get(reverse("wagtailadmin_home"))
        assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/admin/login/")

"""The admin as a dinas uses it: edit, hand in, publish, mark a closure."""

from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import WorkflowState
from wagtail.test.utils.form_data import nested_form_data

from cms.branding.models import Brand
from cms.tenancy.models import Role
from foundation.outbox.models import Event
from tests.cms.house import COLOURS, picture
from tourism.destinations.models import Closure
from tourism.destinations.queries import state_of


@pytest.fixture
def client_of(house):
    def sign_in(code, role):
        client = Client(headers={"host": "lapau.localhost:8000"})
        client.force_login(house.member(code, role))
        return client

    return sign_in


def form_of(client, url):
    """The values a form was opened with, as a browser would send them back; the story, which a script builds, is left empty."""
    page = BeautifulSoup(client.get(url).content, "html.parser")
    form = (
        page.find("form", attrs={"data-edit-form": True})
        or page.find("form", id="page-edit-form")
        or page.select("main form")[-1]
    )
    values = {"body-count": "0"}
    for field in form.find_all(["input", "textarea", "select"]):
        name = field.get("name")
        if (
            not name
            or (field.get("type") in {"checkbox", "radio"} and not field.has_attr("checked"))
            or field.get("type") == "submit"
        ):
            continue
        if field.name == "select":
            chosen = field.find("option", selected=True)
            values[name] = chosen["value"] if chosen else ""
        else:
            values[name] = field.get("value", "") if field.name == "input" else field.get_text()
    return values


# Wagtail 8 sends its mail by a call that Django 6.1 deprecates.
@pytest.mark.filterwarnings("ignore:get_connection")
class TestHandingIn:
    def test_an_editor_hands_in_and_a_moderator_publishes(self, house, client_of):
        editor, moderator = client_of("13.75", Role.EDITOR), client_of("13.75", Role.MODERATOR)
        edit = reverse("wagtailadmin_pages:edit", args=[house.jam_gadang.pk])
        page = editor.get(edit).content.decode()
        assert "Ajukan untuk ditinjau" in page
        assert 'name="action-publish"' not in page

        sent = form_of(editor, edit) | {
            "title": "Jam Gadang yang baru",
            "address": "Jl. Raya",
            "facility_toilet": "YES",
            "facts_checked": "on",
            "action-submit": "1",
        }
        answer = editor.post(edit, sent)
        assert answer.status_code == 302
        state = WorkflowState.objects.get()
        assert (state.status, house.row(house.jam_gadang).name) == (WorkflowState.STATUS_IN_PROGRESS, "Jam Gadang")
        assert "Jam Gadang yang baru" in moderator.get(reverse("wagtailadmin_home")).content.decode()

        task = state.current_task_state
        approve = reverse("wagtailadmin_pages:workflow_action", args=[house.jam_gadang.pk, "approve", task.pk])
        assert moderator.post(approve, {"comment": ""}).status_code == 302
        row = house.row(house.jam_gadang)
        assert (row.name, row.address, row.facilities) == ("Jam Gadang yang baru", "Jl. Raya", {"TOILET": "YES"})
        assert row.checked_by.email == "editor.13.75@contoh.invalid"

    def test_an_editor_cannot_publish_by_asking_for_it(self, house, client_of):
        editor, edit = client_of("13.75", Role.EDITOR), reverse("wagtailadmin_pages:edit", args=[house.jam_gadang.pk])
        editor.post(edit, form_of(editor, edit) | {"title": "Terbit sendiri", "action-publish": "1"})
        assert house.row(house.jam_gadang).name == "Jam Gadang"

    @pytest.mark.parametrize("rights", [{"licence": ""}, {"valid_until_date": date(2020, 1, 1)}])
    @pytest.mark.parametrize("action", ["action-publish", "action-submit"])
    def test_a_picture_that_may_not_be_shown_stops_the_page(self, house, client_of, rights, action):
        image = picture("tanpa-izin", **rights)
        moderator, edit = (
            client_of("13.75", Role.MODERATOR),
            reverse("wagtailadmin_pages:edit", args=[house.jam_gadang.pk]),
        )
        answer = moderator.post(edit, form_of(moderator, edit) | {"picture": str(image.pk), action: "1"})
        assert answer.status_code == 200
        assert "“tanpa-izin” tidak berlisensi" in answer.content.decode()
        assert (house.row(house.jam_gadang).share_picture, WorkflowState.objects.count()) == ("", 0)

    def test_the_preview_shows_the_draft(self, house, client_of):
        editor = client_of("13.75", Role.EDITOR)
        edit = reverse("wagtailadmin_pages:edit", args=[house.jam_gadang.pk])
        preview = reverse("wagtailadmin_pages:preview_on_edit", args=[house.jam_gadang.pk])
        assert editor.post(preview, form_of(editor, edit) | {"address": "Jl. Konsep 1"}).json()["is_valid"] is True
        shown = editor.get(preview + "?mode=&in_preview_panel=true")
        assert (shown.status_code, "Jl. Konsep 1" in shown.content.decode()) == (200, True)
        assert house.row(house.jam_gadang).address == ""

    def test_the_english_page_asks_for_no_facts(self, house, client_of):
        edit = reverse("wagtailadmin_pages:edit", args=[house.english(house.jam_gadang).pk])
        names = set(form_of(client_of("13.75", Role.EDITOR), edit))
        assert "title" in names
        assert names.isdisjoint(
            {"category", "phone", "picture", "facility_toilet", "facts_checked", "tariff_rows-TOTAL_FORMS"}
        )

    def test_a_tariff_without_legal_basis_is_not_published(self, house, client_of):
        moderator, edit = (
            client_of("13.75", Role.MODERATOR),
            reverse("wagtailadmin_pages:edit", args=[house.jam_gadang.pk]),
        )
        row = {
            "what_id": "Masuk",
            "audience": "EVERYONE",
            "amount": "5000",
            "legal_basis": "",
            "valid_from_date": "2026-01-01",
            "ORDER": "1",
        }
        rows = nested_form_data({"tariff_rows": {"TOTAL_FORMS": 1, "INITIAL_FORMS": 0, "0": row}})
        answer = moderator.post(edit, form_of(moderator, edit) | rows | {"action-publish": "1"})
        assert answer.status_code == 200
        assert house.row(house.jam_gadang).tariffs.count() == 0


class TestClosures:
    def closed(self, house):
        row = house.row(house.jam_gadang)
        return state_of([row], moment=timezone.now())[row.pk].kind

    def test_an_editor_marks_a_place_closed_and_opens_it_again(self, house, client_of):
        editor, row = client_of("13.75", Role.EDITOR), house.row(house.jam_gadang)
        url = reverse("closure_add", args=[row.pk])
        sent = {
            "kind": "FULL",
            "starts_at": timezone.localtime().strftime("%Y-%m-%d %H:%M"),
            "reason_id": "Perbaikan lantai",
            "confirm": "on",
        }
        assert editor.post(url, sent).status_code == 302
        assert self.closed(house) == "CLOSED"
        assert Event.objects.filter(topic="destination.closed", key=str(row.pk)).count() == 1
        assert "Perbaikan lantai" in editor.get(reverse("closures")).content.decode()

        closure = Closure.objects.get()
        assert closure.declared_by.email == "editor.13.75@contoh.invalid"
        lift = reverse("closure_lift", args=[closure.pk])
        assert editor.get(lift).status_code == 200
        assert editor.post(lift).status_code == 302
        assert self.closed(house) == "UNKNOWN"

    @pytest.mark.parametrize(
        "wrong", [{"confirm": ""}, {"reason_id": ""}, {"ends_at": "2020-01-01 10:00"}, {"starts_at": "besok"}]
    )
    def test_what_cannot_be_meant_is_said_and_nothing_is_written(self, house, client_of, wrong):
        start = (timezone.localtime() + timedelta(hours=1)).strftime("%Y-%m-%d %H:%M")
        sent = {"kind": "FULL", "starts_at": start, "reason_id": "Longsor", "confirm": "on"} | wrong
        answer = client_of("13.75", Role.EDITOR).post(
            reverse("closure_add", args=[house.row(house.jam_gadang).pk]), sent
        )
        assert (answer.status_code, Closure.objects.count()) == (422, 0)

    def test_the_page_of_a_place_offers_it(self, house, client_of):
        row = house.row(house.jam_gadang)
        edit = reverse("wagtailadmin_pages:edit", args=[house.jam_gadang.pk])
        assert reverse("closure_add", args=[row.pk]) in client_of("13.75", Role.EDITOR).get(edit).content.decode()


class TestDashboard:
    def test_speaks_indonesian_and_names_what_is_missing(self, house, client_of):
        words = BeautifulSoup(
            client_of("13.75", Role.EDITOR).get(reverse("wagtailadmin_home")).content, "html.parser"
        ).get_text(" ")
        for sentence in [
            "Selamat datang, Rina",
            "Tandai tempat tutup",
            "Fakta yang perlu diperiksa",
            "2 dari 15 fakta",
            "Jam Gadang",
        ]:
            assert sentence in " ".join(words.split())

    def test_a_translation_left_behind_is_told(self, house, client_of):
        house.english(house.jam_gadang).unpublish()
        words = client_of("13.75", Role.EDITOR).get(reverse("wagtailadmin_home")).content.decode()
        assert "Bahasa Inggris: 1 halaman tertinggal." in words


class TestBrand:
    def test_an_editor_changes_the_own_brand_through_the_service(self, house, client_of):
        brand = Brand.objects.get(region__code="13.75")
        url = reverse("brand:edit", args=[brand.pk])
        sent = COLOURS | {
            "radius": "20",
            "motif": "ombak",
            "edge": "ombak",
            "tagline_id": "Kota sejuk",
            "tagline_en": "A cool town",
        }
        assert client_of("13.75", Role.EDITOR).post(url, sent).status_code == 302
        brand.refresh_from_db()
        assert (brand.tagline_id, brand.radius) == ("Kota sejuk", 20)
        assert Event.objects.filter(topic="brand.changed").count() == 1

    def test_colours_nobody_can_read_are_refused(self, house, client_of):
        brand = Brand.objects.get(region__code="13.75")
        sent = COLOURS | {"ink_light": "#c0c0c0", "radius": "20", "motif": "ombak", "edge": "ombak"}
        answer = client_of("13.75", Role.EDITOR).post(reverse("brand:edit", args=[brand.pk]), sent)
        brand.refresh_from_db()
        assert (answer.status_code, brand.ink_light) == (200, "#182129")
        assert "Terlalu mirip dengan" in answer.content.decode()

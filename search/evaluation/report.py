"""The table of figures that docs/search.md keeps: both engines and plain BM25, stratum by stratum."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from search.evaluation import judge
from search.evaluation.judging import FOLDER, Judged, read
from search.evaluation.measures import Figures

BEGINNING, ENDING = "<!-- figures -->", "<!-- end of figures -->"
NAMES = {"embedded": "embedded", "elasticsearch": "Elasticsearch", "plain": "plain BM25"}

type Measured = Mapping[str, Mapping[str, Figures]]


def sets() -> dict[str, list[Judged]]:
    """What is reported: the half that nothing was tuned on, and the set written after the tuning."""
    judged = read()
    return {
        "Report half": [query for query in judged if query.half == "report"],
        "Tuning half": [query for query in judged if query.half == "tune"],
        "Blind set": read(FOLDER / "blind.jsonl"),
        "Second blind set": read(FOLDER / "second.jsonl"),
        "Third blind set": read(FOLDER / "third.jsonl"),
        "Fourth blind set": read(FOLDER / "fourth.jsonl"),
        "Fifth blind set": read(FOLDER / "fifth.jsonl"),
        "Sixth blind set": read(FOLDER / "sixth.jsonl"),
    }


def measure(engines: Sequence[str], *, url: str) -> dict[str, dict[str, dict[str, Figures]]]:
    """Figures by set, engine and stratum."""
    every = {
        name: [answer for queries in sets().values() for answer in judge.answers(name, queries, url=url)]
        for name in engines
    }
    measured: dict[str, dict[str, dict[str, Figures]]] = {}
    for title, queries in sets().items():
        wanted = {query.qid for query in queries}
        measured[title] = {
            name: judge.table([answer for answer in answers if answer[0].qid in wanted])
            for name, answers in every.items()
        }
    measured["All"] = {
        name: judge.table([answer for answer in answers if not answer[0].qid.startswith("blind")])
        for name, answers in every.items()
    }
    return measured


def lines(measured: Measured) -> list[str]:
    """One table: nDCG@10 of each engine by stratum, then the other figures over all."""
    engines = list(measured)
    first = measured[engines[0]]
    head = [
        "stratum",
        "queries",
        *(f"{NAMES[name]} nDCG@10" for name in engines),
        *(f"{NAMES[name]} recall@50" for name in engines),
    ]
    rows = [head, ["---", *(["---:"] * (len(head) - 1))]]
    for stratum, of_first in first.items():
        if stratum == "no_answer":
            continue
        values = [measured[name][stratum] for name in engines]
        rows.append(
            [
                stratum,
                str(of_first.queries),
                *(f"{value.ndcg:.3f}" for value in values),
                *(f"{value.recall:.3f}" for value in values),
            ]
        )
    table = [f"| {' | '.join(row)} |" for row in rows]
    for name in engines:
        figures, exact = measured[name][judge.ALL], measured[name].get("exact")
        names = f"MRR of exact names {exact.mrr:.3f}, " if exact else ""
        table.append(
            f"{'' if name != engines[0] else chr(10)}- {NAMES[name]}: {names}MRR over all {figures.mrr:.3f}, no results on "
            f"{figures.without_results:.1%} of answerable queries, results on {figures.falsely_answered:.1%} of those without an answer"
        )
    return table


def section(measured: Mapping[str, Measured]) -> str:
    """The part of docs/search.md between its marks."""
    parts = [f"### {title}\n\n" + "\n".join(lines(of_set)) for title, of_set in measured.items() if title != "All"]
    return "\n\n".join(parts)


def write(measured: Mapping[str, Measured], *, page: Path) -> None:
    """Put the tables into the page, between its marks."""
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGINNING)
    _, _, after = rest.partition(ENDING)
    page.write_text(f"{before}{BEGINNING}\n\n{section(measured)}\n\n{ENDING}{after}", encoding="utf-8")

"""Judging an engine by the judged set: figures per stratum, as a table, and against the baseline that is kept."""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from search.analysis.analyzer import Analyzer
from search.engines.contract import SearchRequest
from search.evaluation import judging
from search.evaluation.answers import KINDS, MOST_RESULTS, found, throw_away
from search.evaluation.corpus import Corpus, fair, read
from search.evaluation.judging import Judged, Rulebook
from search.evaluation.measures import Figures, figures
from search.evaluation.plain import PlainBM25

BASELINE = judging.FOLDER / "baseline.json"
ALL = "all"
# A stratum of a dozen queries moves by this much when one query changes places.
SLACK_STRATUM, SLACK_ALL = 0.02, 0.01

type Ask = Callable[[Judged], Sequence[str]]
type Answer = tuple[Judged, Sequence[str], Mapping[str, int]]


def corpora() -> dict[str, Corpus]:
    """The corpora of the judged set, by name."""
    return {"public": read(judging.FOLDER / "corpus"), "fair": fair(judging.FOLDER / "fair.jsonl")}


def answers(engine: str, queries: Sequence[Judged], *, url: str = "") -> list[Answer]:
    """What an engine ("embedded", "elasticsearch", "plain") finds for each query, with the grades."""
    with ExitStack() as opened:
        asks: dict[str, Ask] = {}
        books: dict[str, Rulebook] = {}
        for name, corpus in corpora().items():
            books[name] = Rulebook(corpus)
            asks[name] = _plain(corpus) if engine == "plain" else _asking(engine, corpus, url, opened)
        return [(judged, asks[judged.corpus](judged), books[judged.corpus].grades(judged)) for judged in queries]


def table(answered: Sequence[Answer]) -> dict[str, Figures]:
    """Figures per stratum, and over all."""
    strata = dict.fromkeys(judged.stratum for judged, _, _ in answered)
    return {
        name: figures([(keys, grades) for judged, keys, grades in answered if name in (ALL, judged.stratum)])
        for name in (*strata, ALL)
    }


def fallen(measured: Mapping[str, Figures], kept: Mapping[str, Mapping[str, float]]) -> list[str]:
    """What is worse than the baseline by more than the slack, in words."""
    worse = []
    for name, before in kept.items():
        now, slack = measured[name], SLACK_ALL if name == ALL else SLACK_STRATUM
        if now.ndcg < before["ndcg"] - slack:
            worse.append(f"{name}: nDCG@10 {now.ndcg:.3f}, was {before['ndcg']:.3f}")
        if now.recall < before["recall"] - slack:
            worse.append(f"{name}: recall@50 {now.recall:.3f}, was {before['recall']:.3f}")
        if now.falsely_answered > before["falsely_answered"] + slack:
            worse.append(f"{name}: falsely answered {now.falsely_answered:.3f}, was {before['falsely_answered']:.3f}")
    return worse


def baseline(path: Path = BASELINE) -> dict[str, dict[str, dict[str, float]]]:
    """The kept figures, by engine and stratum."""
    kept: dict[str, dict[str, dict[str, float]]] = json.loads(path.read_text(encoding="utf-8"))
    return kept


def keep(measured: Mapping[str, Mapping[str, Figures]], path: Path = BASELINE) -> None:
    """Keep figures by engine as the baseline."""
    kept = {engine: as_baseline(of_engine) for engine, of_engine in measured.items()}
    path.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def as_baseline(measured: Mapping[str, Figures]) -> dict[str, dict[str, float]]:
    """Figures in the form in which they are kept."""
    return {
        name: {
            "ndcg": round(value.ndcg, 4),
            "recall": round(value.recall, 4),
            "falsely_answered": round(value.falsely_answered, 4),
        }
        for name, value in measured.items()
    }


def _plain(corpus: Corpus) -> Ask:
    index = PlainBM25(corpus.contents)
    return lambda judged: index.search(
        judged.q, asked=judged.type if judged.corpus == "public" else "any", limit=MOST_RESULTS
    )


def _asking(engine: str, corpus: Corpus, url: str, opened: ExitStack) -> Ask:
    analyzer = Analyzer(corpus.names)
    chosen = opened.enter_context(throw_away(engine, corpus, analyzer, url=url))

    def ask(judged: Judged) -> Sequence[str]:
        request = SearchRequest(query=analyzer.query(judged.q), limit=MOST_RESULTS, facets=False)
        request = replace(request, kind=KINDS.get(judged.type, ""), day=judged.day)
        return found(chosen, replace(request, price_min=judged.price_min, price_max=judged.price_max))

    return ask

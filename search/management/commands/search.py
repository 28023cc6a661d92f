"""The search from the command line: build the index again, compare it with the database, see how it is."""

import argparse
import sys
import time
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from search import gazetteer, indexer
from search.engines.chosen import engine
from search.engines.contract import EngineDown, SearchRequest
from search.evaluation import answers, judge, report
from search.models import Document, Run, RunKind

EXAMPLES = """
examples:
  manage.py search status            how the engine is, what waits, what was refused
  manage.py search rebuild           build a new index beside the old one, then let it answer; no downtime
  manage.py search rebuild --from-rows   the same from what the search keeps, without reading every source again
  manage.py search verify            compare sources, rows and index; exit 1 if anything differs
  manage.py search verify --mend     the same, and put right what differs
  manage.py search evaluate --corpus DIR --queries FILE.jsonl --out RESULTS.jsonl
  manage.py search judge             figures of every engine that answers, by the judged set
  manage.py search judge --write     the same, kept in docs/search.md and as the baseline of the tests
  manage.py search find "air terjun" what the engine finds, with scores
"""


class Command(BaseCommand):
    help = "Build, compare or look at the search index."

    def create_parser(self, prog_name: str, subcommand: str, **options: object) -> argparse.ArgumentParser:  # type: ignore[override]
        parser = super().create_parser(prog_name, subcommand, **options)
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.epilog = EXAMPLES
        return parser

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("status", help="how the engine is, what waits, what was refused")
        building = actions.add_parser("rebuild", help="build a new index beside the old one, then let it answer")
        building.add_argument("--from-rows", action="store_true", help="do not read every source again")
        comparing = actions.add_parser("verify", help="compare sources, rows and index")
        comparing.add_argument("--mend", action="store_true", help="put right what differs")
        evaluating = actions.add_parser("evaluate", help="answer a list of queries from a throw-away index")
        evaluating.add_argument("--corpus", type=Path, required=True, help="folder with the places and product titles")
        evaluating.add_argument("--queries", type=Path, required=True, help='lines of {"qid", "q", "lang", "type"}')
        evaluating.add_argument("--engine", choices=["embedded", "elasticsearch"], default="embedded")
        evaluating.add_argument("--out", type=Path, required=True, help='written: lines of {"qid", "results"}')
        judging = actions.add_parser("judge", help="figures by the judged set: both engines and plain BM25")
        judging.add_argument("--write", action="store_true", help="keep them in docs/search.md and as the baseline")
        finding = actions.add_parser("find", help="what the engine finds, with scores")
        finding.add_argument("q", help="what to look for")
        finding.add_argument("--limit", type=int, default=10, help="how many results (10)")

    def handle(self, *, action: str, **options: object) -> None:
        try:
            getattr(self, action)(**options)
        except EngineDown as down:
            raise CommandError(f"The search engine does not answer: {down}") from down

    def status(self, **_: object) -> None:
        health = engine().health()
        live, waiting = Document.objects.live().count(), Document.objects.waiting().count()
        self.stdout.write(f"engine    {engine().name}: {'up' if health.is_up else 'DOWN'} ({health.detail})")
        self.stdout.write(f"documents {live} in the database, {health.documents} in the index")
        self.stdout.write(f"waiting   {waiting}")
        refused = Document.objects.exclude(last_error="").order_by("pk")
        given_up = Document.objects.given_up().count()
        self.stdout.write(f"refused   {refused.count()}, of these given up {given_up}")
        for row in refused[:20]:
            again = "given up" if row.is_given_up else f"again at {row.retry_at:%Y-%m-%d %H:%M:%S} UTC"
            self.stdout.write(f"  {row.key} version {row.version}, {again}: {row.last_error}")
        for kind in RunKind:
            run = Run.objects.filter(kind=kind).order_by("-started_at").first()
            if run is not None:
                self.stdout.write(f"{kind.value.lower():9} {_said(run)}")
        if not health.is_up:
            sys.exit(1)

    def rebuild(self, *, from_rows: bool, verbosity: int = 1, **_: object) -> None:
        began = time.monotonic()

        def tell(written: int, total: int) -> None:
            if verbosity and self.stdout.isatty():
                rate = written / max(0.001, time.monotonic() - began)
                self.stdout.write(f"\r{written} of {total} documents, {rate:.0f} a second ", ending="")
                self.stdout.flush()

        written = indexer.rebuild(now=timezone.now(), progress=tell, reread=not from_rows)
        seconds = time.monotonic() - began
        ending = "\r" if self.stdout.isatty() else ""
        self.stdout.write(self.style.SUCCESS(f"{ending}{written} documents in {seconds:.1f} s."))

    def verify(self, *, mend: bool, **_: object) -> None:
        differences = list(indexer.verify())
        for difference in differences:
            self.stdout.write(f"{difference.kind:8} {difference.key}: {difference.detail}")
        if not differences:
            self.stdout.write(self.style.SUCCESS("The index equals the database."))
            return
        self.stdout.write(f"{len(differences)} documents differ.")
        if not mend:
            sys.exit(1)
        indexer.mend(differences, now=timezone.now())
        left = len(list(indexer.verify()))
        self.stdout.write(f"{left} differ after mending.")
        if left:
            sys.exit(1)

    def evaluate(self, *, corpus: Path, queries: Path, engine: str, out: Path, **_: object) -> None:
        if engine == "elasticsearch" and not settings.SEARCH_URL:
            raise CommandError("ELASTICSEARCH_URL is not set.")
        lines = list(answers.answer(corpus=corpus, queries=queries, engine=engine, url=settings.SEARCH_URL))
        out.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        self.stdout.write(self.style.SUCCESS(f"{len(lines)} queries answered."))

    def judge(self, *, write: bool, **_: object) -> None:
        engines = ["embedded", *(["elasticsearch"] if settings.SEARCH_URL else []), "plain"]
        if write and not settings.SEARCH_URL:
            raise CommandError("ELASTICSEARCH_URL is not set: the kept figures are of both engines.")
        measured = report.measure(engines, url=settings.SEARCH_URL)
        self.stdout.write(report.section(measured))
        if write:
            report.write(measured, page=settings.BASE_DIR / "docs" / "search.md")
            judge.keep({name: measured["All"][name] for name in engines if name != "plain"})

    def find(self, *, q: str, limit: int, **_: object) -> None:
        answer = engine().search(SearchRequest(query=gazetteer.current().query(q), limit=limit, facets=False))
        mended = f", mended to “{answer.corrected}”" if answer.corrected else ""
        self.stdout.write(f"{answer.total} found{mended}")
        for hit in answer.hits:
            self.stdout.write(f"{hit.score:8.2f}  {hit.key:16} {hit.card['title']['id']}")


def _said(run: Run) -> str:
    """A run in one line."""
    began = f"{run.started_at:%Y-%m-%d %H:%M:%S} UTC"
    if run.error:
        return f"{began}: {run.error}"
    if run.ended_at is None:
        return f"{began}: under way, {run.done} of {run.total}"
    took = (run.ended_at - run.started_at).total_seconds()
    found = ", ".join(f"{count} {kind}" for kind, count in sorted(run.found.items()))
    return f"{began}: {run.done} documents in {took:.0f} s" + (f", differed: {found}" if found else "")

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
from search.evaluation import answers
from search.models import Document

EXAMPLES = """
examples:
  manage.py search status            how the engine is, what waits, what was refused
  manage.py search rebuild           build a new index beside the old one, then let it answer; no downtime
  manage.py search verify            compare sources, rows and index; exit 1 if anything differs
  manage.py search verify --mend     the same, and put right what differs
  manage.py search evaluate --corpus DIR --queries FILE.jsonl --out RESULTS.jsonl
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
        actions.add_parser("rebuild", help="build a new index beside the old one, then let it answer")
        comparing = actions.add_parser("verify", help="compare sources, rows and index")
        comparing.add_argument("--mend", action="store_true", help="put right what differs")
        evaluating = actions.add_parser("evaluate", help="answer a list of queries from a throw-away index")
        evaluating.add_argument("--corpus", type=Path, required=True, help="folder with the places and product titles")
        evaluating.add_argument("--queries", type=Path, required=True, help='lines of {"qid", "q", "lang", "type"}')
        evaluating.add_argument("--engine", choices=["embedded", "elasticsearch"], default="embedded")
        evaluating.add_argument("--out", type=Path, required=True, help='written: lines of {"qid", "results"}')
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
        self.stdout.write(f"refused   {refused.count()}")
        for row in refused[:20]:
            self.stdout.write(f"  {row.key} version {row.version}: {row.last_error}")
        if not health.is_up:
            sys.exit(1)

    def rebuild(self, *, verbosity: int = 1, **_: object) -> None:
        began = time.monotonic()

        def tell(written: int) -> None:
            if verbosity and self.stdout.isatty():
                self.stdout.write(f"\r{written} documents", ending="")
                self.stdout.flush()

        written = indexer.rebuild(now=timezone.now(), progress=tell)
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

    def find(self, *, q: str, limit: int, **_: object) -> None:
        answer = engine().search(SearchRequest(query=gazetteer.analyzer().query(q), limit=limit, facets=False))
        mended = f", mended to “{answer.corrected}”" if answer.corrected else ""
        self.stdout.write(f"{answer.total} found{mended}")
        for hit in answer.hits:
            self.stdout.write(f"{hit.score:8.2f}  {hit.key:16} {hit.card['title']['id']}")

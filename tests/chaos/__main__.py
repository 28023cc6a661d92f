"""``python -m tests.chaos cluster``: three Elasticsearch nodes on loopback, of which one is killed while questions and changes go on."""

import argparse
import json
import os
import threading
import time
from collections import Counter
from dataclasses import replace
from urllib.request import urlopen

from search.analysis.analyzer import Analyzer
from search.engines.contract import EngineDown, SearchRequest
from tests.chaos.servers import Node, cluster
from tests.search.corpus import ANALYZER, all_operations

DOCUMENTS, SECONDS, CLIENTS = 2_000, 12.0, 4


def analyzer() -> Analyzer:
    """The small corpus' analyzer."""
    return ANALYZER


def run() -> dict[str, object]:
    """Fill the cluster, ask and write, kill the node that holds the primary, go on, and look at what is left."""
    from search.engines.elastic import ElasticsearchEngine

    with cluster() as nodes:
        engine = ElasticsearchEngine(url=",".join(node.url for node in nodes), index="cluster", analyzer=analyzer)
        originals = all_operations()
        many = [
            replace(originals[number % len(originals)], key=f"listing:{number}", version=1)
            for number in range(DOCUMENTS)
        ]
        with engine.rebuild() as filling:
            filling.add(many)
        health(nodes[0], "wait_for_status=green&timeout=60s")
        asked: Counter[str] = Counter()
        times: list[float] = []
        written = dict.fromkeys((operation.key for operation in many), 1)
        over, killed = threading.Event(), threading.Event()

        def ask() -> None:
            query = ANALYZER.query("rendang")
            while not over.is_set():
                began = time.perf_counter()
                try:
                    total = engine.search(SearchRequest(query=query)).total
                    asked["answered" if total else "empty"] += 1
                except EngineDown:
                    asked["limited after the kill" if killed.is_set() else "limited before the kill"] += 1
                times.append(time.perf_counter() - began)

        def write() -> None:
            version = 1
            while not over.is_set():
                version += 1
                batch = [replace(operation, version=version) for operation in many[(version * 50) % DOCUMENTS :][:50]]
                try:
                    if not engine.apply(batch):
                        written.update((operation.key, version) for operation in batch)
                        asked["batches written"] += 1
                except EngineDown:
                    # As the indexer does: the rows stay dirty and are sent again.
                    asked["batches sent again"] += 1
                    version -= 1
                    time.sleep(0.2)

        threads = [threading.Thread(target=ask) for _client in range(CLIENTS)] + [threading.Thread(target=write)]
        for thread in threads:
            thread.start()
        time.sleep(SECONDS / 3)
        victim = primary(nodes)
        before = asked["answered"]
        victim.kill()
        killed.set()
        time.sleep(2 * SECONDS / 3)
        over.set()
        for thread in threads:
            thread.join()
        left = [node for node in nodes if node is not victim]
        state = health(left[0], "wait_for_status=yellow&timeout=60s")
        engine.refresh()
        held = dict(engine.versions())
        lost = [key for key, version in written.items() if held.get(key, 0) < version]
        times.sort()
        return {
            "killed": victim.name,
            "status": state["status"],
            "nodes": state["number_of_nodes"],
            "asked": dict(asked),
            "answered_after_the_kill": asked["answered"] - before,
            "slowest_ms": round(1000 * times[-1]),
            "p95_ms": round(1000 * times[int(0.95 * (len(times) - 1))]),
            "documents": len(held),
            "lost": len(lost),
        }


def primary(nodes: list[Node]) -> Node:
    """The node that holds the primary shard."""
    with urlopen(f"{nodes[0].url}/_cat/shards/cluster?format=json", timeout=10) as answer:  # our own server
        holder = next(shard["node"] for shard in json.load(answer) if shard["prirep"] == "p")
    return next(node for node in nodes if node.name == holder)


def health(node: Node, wish: str) -> dict[str, object]:
    """How the cluster is, once a wish is met."""
    with urlopen(f"{node.url}/_cluster/health?{wish}", timeout=90) as answer:  # our own server
        found: dict[str, object] = json.load(answer)
    return found


def main() -> None:
    """Run, print, and fail where the cluster did not keep its promise."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("what", choices=["cluster"], help="cluster: one of three nodes is killed")
    parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("DEMO", "1")
    import django

    django.setup()
    found = run()
    print(json.dumps(found, indent=1))
    if found["lost"] or not found["answered_after_the_kill"]:
        raise SystemExit("The cluster lost documents, or answered no more.")


if __name__ == "__main__":
    main()

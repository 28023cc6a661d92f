"""Answering a list of queries from a folder of data, in a throw-away index."""

import json

from django.core.management import call_command

PLACES = [
    {"name": "Danau Maninjau", "slug": "danau-maninjau", "kab_kota": "Kabupaten Agam", "kab_kota_code": "13.06", "category": "danau", "lat": -0.3, "lon": 100.2, "facts_id": "Danau kaldera", "facts_en": "A caldera lake"},
    {"name": "Pantai Padang", "slug": "pantai-padang", "kab_kota": "Kota Padang", "kab_kota_code": "13.71", "category": "pantai", "lat": -0.9, "lon": 100.3, "facts_id": "Pantai kota", "facts_en": "The town's beach"},
]  # fmt: skip


def test_answers_each_query_with_names_best_first(tmp_path):
    (tmp_path / "destinations_sumbar.json").write_text(json.dumps({"destinations": PLACES}))
    (tmp_path / "product_reviews_prdect.csv").write_text(
        "Category,Product Name,Price\nFood and Drink,Rendang Padang,50000\nFood and Drink,Rendang Padang,50000\nBags,Tas kulit,90000\n"
    )
    asked = [
        {"qid": "a", "q": "padang", "lang": "id", "type": "any"},
        {"qid": "b", "q": "padang", "lang": "id", "type": "product"},
        {"qid": "c", "q": "lakes", "lang": "en", "type": "destination"},
        {"qid": "d", "q": "tiket konser", "lang": "id", "type": "any"},
        {"qid": "e", "q": "🏝️", "lang": "id", "type": "any"},
    ]
    (tmp_path / "queries.jsonl").write_text("\n".join(map(json.dumps, asked)) + "\n\n")
    out = tmp_path / "out.jsonl"
    call_command("search", "evaluate", corpus=tmp_path, queries=tmp_path / "queries.jsonl", engine="embedded", out=out)
    answered = {line["qid"]: line["results"] for line in map(json.loads, out.read_text().splitlines())}
    assert answered == {
        "a": ["Pantai Padang", "Rendang Padang"],
        "b": ["Rendang Padang"],
        "c": ["Danau Maninjau"],
        "d": [],
        "e": [],
    }

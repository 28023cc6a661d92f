"""Plain BM25 over the words as they stand: what a search without any knowledge of the language would find. The measure of the rest."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from math import log

from search.analysis.fold import words
from search.documents.content import Content
from search.evaluation.corpus import kinds_of

_K1, _B = 1.2, 0.75


class PlainBM25:
    """An index of single words in memory; any word of a query may match."""

    def __init__(self, contents: Mapping[str, Content]) -> None:
        self.contents = contents
        counts = {key: Counter(words(_text(content))) for key, content in contents.items()}
        self._lengths = {key: sum(counter.values()) for key, counter in counts.items()}
        self._average = sum(self._lengths.values()) / max(1, len(counts))
        self._postings: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for key, counter in counts.items():
            for word, count in counter.items():
                self._postings[word][key] = count

    def search(self, q: str, *, asked: str, limit: int) -> list[str]:
        """Keys of documents, best first."""
        scores: defaultdict[str, float] = defaultdict(float)
        for word in words(q):
            having = self._postings.get(word, {})
            rarity = log(1 + (len(self.contents) - len(having) + 0.5) / (len(having) + 0.5))
            for key, count in having.items():
                long = 1 - _B + _B * self._lengths[key] / self._average
                scores[key] += rarity * count * (_K1 + 1) / (count + _K1 * long)
        kinds = kinds_of(asked)
        fitting = [key for key in scores if not kinds or self.contents[key].kind in kinds]
        return sorted(fitting, key=lambda key: (-scores[key], key))[:limit]


def _text(content: Content) -> str:
    texts = (content.title, content.summary, content.category_name, content.labels)
    return " ".join([*(text.id for text in texts), *(text.en for text in texts), *content.places])

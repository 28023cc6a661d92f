"""What a process remembers for some seconds is forgotten before each test: keys and names come again with other contents.

What follows from its ingredients alone is made once: equal names and words make equal analyzers, at a tenth of a second each.
"""

from collections import deque
from collections.abc import Iterator

import pytest

from search import gazetteer, labels, links
from search.analysis.analyzer import Analyzer, Names
from search.analysis.vocabulary import Vocabulary

_analyzers: deque[Analyzer] = deque(maxlen=8)


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    labels.forget()
    links.forget()


@pytest.fixture(scope="session", autouse=True)
def _equal_analyzers_are_one() -> Iterator[None]:
    """Let the gazetteer have the analyzer that it made of the same names and words before."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gazetteer, "Analyzer", _made_once)
        yield


def _made_once(names: Names, vocabulary: Vocabulary) -> Analyzer:
    for known in _analyzers:
        if (known.names, known.vocabulary) == (names, vocabulary):
            return known
    made = Analyzer(names, vocabulary)
    _analyzers.append(made)
    return made

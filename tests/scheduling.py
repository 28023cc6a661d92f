"""Which tests go to one worker together."""

from xdist.scheduler import LoadScopeScheduling

# Modules whose tests stand on something that is made once for all of them: rows, pages, an index. Tests that commit must not
# be among these: large groups go first, and such tests leave an empty database behind.
MODULES_TOGETHER = (
    "tests/cms/",
    "tests/frontend/api/",
    "tests/frontend/crawlers/",
    "tests/frontend/storefront/test_bad_searches.py",
    "tests/frontend/storefront/test_searching.py",
    "tests/search/test_engines.py",
    "tests/search/test_judged.py",
    "tests/search/test_queries.py",
)


class Together(LoadScopeScheduling):
    """Tests go to whichever worker is free, but all journeys to one, where they share one running site.

    This is what ``xdist_group`` marks are for; xdist 3.8 cannot write them into the test ids of pytest 9.2.
    """

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith("tests/journeys/"):
            return "journeys"
        return nodeid.partition("::")[0] if nodeid.startswith(MODULES_TOGETHER) else nodeid

"""Searching, for pages and for the API.

    search(q="", *, kind="", regions=(), categories=(), price_min=None, price_max=None, day=None, near=None,
           sort="best", page=1, language="id", exact=False, page_size=24, now) -> SearchPage
    suggest(q, *, language="id", limit=8) -> tuple[Suggestion, ...]
    popular(*, kinds=(), region="", limit=6, language="id") -> tuple[Result, ...]

Values are those of :mod:`search.results`. ``kind`` is one of ``Kind`` or empty, ``regions`` are official codes ("13.75"), ``near`` is
``(lat, lon)``, ``day`` a date on which something must be open, running or bookable. Nonsense is never refused: a wrong kind is no
filter, a page out of range the nearest one, a query is cut at 200 characters. Nothing raises for the visitor: without the
search server the page comes from the database, with ``limited`` set. ``exact=True`` searches what was typed without mending its spelling.
"""

from tests.search.province import index, province

__all__ = ["index", "province"]

from tests.search.province import _rows_of_the_module, standing_province

__all__ = ["_rows_of_the_module", "standing_province"]

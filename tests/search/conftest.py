from tests.search.province import _rows_of_the_module, index, no_index, province, standing_province

__all__ = ["_rows_of_the_module", "index", "no_index", "province", "standing_province"]

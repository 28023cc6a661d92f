from tests.cms.conftest import _built, house

__all__ = ["_built", "house"]

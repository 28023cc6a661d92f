"""The checks of what must always hold. Each room registers its own in ``AppConfig.ready``."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One row at fault: which, and what is wrong with it."""

    row: str
    fault: str


type Check = Callable[[], Iterable[Finding]]

_checks: dict[str, tuple[int, Check]] = {}


def register(name: str, *, line: int, check: Check) -> None:
    """Have ``check`` run by ``manage.py audit``.

    :param line: the line of "What must always hold" that the check covers.
    """
    _checks[name] = (line, check)


def registered() -> list[tuple[str, int, Check]]:
    """All checks, by line and name."""
    return sorted(
        ((name, line, check) for name, (line, check) in _checks.items()), key=lambda entry: (entry[1], entry[0])
    )

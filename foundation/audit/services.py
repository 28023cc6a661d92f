"""Running the checks, and noting who saw personal data."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from foundation.audit.models import PersonalDataAccess
from foundation.audit.registry import Finding, registered


@dataclass(frozen=True)
class Verdict:
    """What one check found; nothing is what it should find."""

    name: str
    line: int
    findings: tuple[Finding, ...]


def run() -> Iterator[Verdict]:
    """Run every check against the data as it is, one at a time."""
    for name, line, check in registered():
        yield Verdict(name=name, line=line, findings=tuple(check()))


def note_access(*, staff_id: int, subject: str, purpose: str, now: datetime) -> None:
    """Note that a staff member saw personal data.

    :param subject: what, by key and never by content: "order 8KQ2M0".
    """
    PersonalDataAccess.objects.create(staff_id=staff_id, subject=subject, purpose=purpose, at=now)

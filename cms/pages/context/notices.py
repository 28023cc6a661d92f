"""Notices in force, in the visitor's language."""

from dataclasses import dataclass
from datetime import datetime

from tourism.hazards.models import Severity
from tourism.hazards.queries import Outlook


@dataclass(frozen=True)
class Said:
    """One notice in one language."""

    severity: Severity
    title: str
    text: str


@dataclass(frozen=True)
class Notices:
    """The notices in force, worst first; ``is_known`` is False while nobody can say that there are none."""

    notices: tuple[Said, ...]
    is_known: bool
    read_at: datetime | None


def said(outlook: Outlook, *, language: str) -> Notices:
    """An outlook in a language, each notice with its source."""
    notices = tuple(
        Said(
            severity=notice.severity,
            title=notice.title_id if language == "id" else notice.title_en,
            text=f"{(notice.text_id if language == 'id' else notice.text_en).rstrip()} ({notice.source_label})",
        )
        for notice in outlook.notices
    )
    return Notices(notices=notices, is_known=outlook.is_known, read_at=outlook.read_at)

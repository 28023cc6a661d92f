"""The one door by which messages leave: a mail where there is an address, else the phone's channel.

Until a WhatsApp sender is set up, messages for phones are files in the demo and are not sent at all elsewhere: the buyer
has the order's page, and the share links of tickets.
"""

import logging
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Message:
    """What is said to one person, in their language."""

    to: str = field(repr=False)
    subject: str
    text: str = field(repr=False)
    html: str = field(default="", repr=False)


class Channel(Protocol):
    """A way to somebody. It raises if the message may not have left, so that it is tried again."""

    def send(self, message: Message) -> None:
        """Send one message."""


class MailChannel:
    """Mail: plain text, with the same in simple HTML beside it."""

    def send(self, message: Message) -> None:
        """Send one mail."""
        # A line break in a subject would begin another header.
        subject = " ".join(message.subject.split())
        mail = EmailMultiAlternatives(subject=subject, body=message.text, to=[message.to])
        if message.html:
            mail.attach_alternative(message.html, "text/html")
        mail.send()


class FileChannel:
    """A folder, one file for each message: what the demo shows instead of WhatsApp."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, message: Message) -> None:
        """Write one file, named after whom it is for."""
        self.folder.mkdir(parents=True, exist_ok=True)
        name = "".join(letter for letter in message.to if letter.isalnum())
        path = self.folder / f"{name}-{secrets.token_hex(4)}.txt"
        path.write_text(f"{message.to}\n{message.subject}\n\n{message.text}\n", encoding="utf-8")


class NoChannel:
    """Nobody's way: the message stays unsent, and only that it did is logged."""

    def send(self, message: Message) -> None:
        """Send nothing."""
        logger.info("There is no channel for a message (%s)", type(message).__name__)


def to_mail() -> Channel:
    """The channel for e-mail addresses."""
    return MailChannel()


def to_phone() -> Channel:
    """The channel for phone numbers."""
    return FileChannel(settings.DATA_DIR / "messages") if settings.DEMO else NoChannel()

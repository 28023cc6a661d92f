"""What the search tells the rooms below when the house starts."""


def register() -> None:
    """Register sources, the outbox subscription and the audit check."""

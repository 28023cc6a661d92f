"""The day's receipts as a spreadsheet."""

from marketplace.sales.queries import DailyReceipts


def receipts_xlsx(receipts: DailyReceipts, *, language: str) -> bytes:
    """A workbook of a day's receipts. Texts that a spreadsheet would take for a formula are kept as texts."""
    raise NotImplementedError

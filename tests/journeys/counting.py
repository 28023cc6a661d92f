"""Reading the treasurer's figures from her page."""

import re

from tests.journeys.people import Person


def figures(treasurer: Person, title: str, channel: str) -> tuple[int, int, int]:
    """Sold, admitted and come in of a ticket by a channel today; zeros before the first sale."""
    treasurer.heads(re.compile("Penerimaan"))
    row = treasurer.page.get_by_role("row").filter(has_text=title).filter(has_text=channel)
    if row.count() == 0:
        return (0, 0, 0)
    cells = row.get_by_role("cell").all_inner_texts()
    sold, admitted, amount, _given_back = (int(re.sub(r"\D", "", cell)) for cell in cells[-4:])
    return (sold, admitted, amount)

"""How far two spellings are apart."""


def distance_within(one: str, other: str, most: int) -> int | None:
    """Letters added, dropped, changed or swapped between two words; none if more than ``most``."""
    if abs(len(one) - len(other)) > most:
        return None
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        this = [row]
        for column, other_letter in enumerate(other, 1):
            best = min(last[column] + 1, this[column - 1] + 1, last[column - 1] + (letter != other_letter))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == other_letter:
                best = min(best, before[column - 2] + 1)
            this.append(best)
        if min(this) > most:
            return None
        before, last = last, this
    return last[-1] if last[-1] <= most else None

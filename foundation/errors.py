"""Errors of the domain: a code, the numbers involved, and one sentence for the person."""


class DomainError(Exception):
    """Something that may not be done, said in a sentence that the visitor can act on.

    ``str(error)`` is that sentence, in the language that was active when it was raised. ``code`` is stable and
    goes out through the API; ``status`` is the HTTP status a view answers with.
    """

    code = "refused"
    status = 409

    def __init__(self, sentence: str) -> None:
        self.sentence = str(sentence)
        super().__init__(self.sentence)

    def __reduce__(self) -> tuple[object, ...]:
        # Errors with arguments of their own still travel between processes: as their sentence and numbers.
        return (_revive, (type(self), self.__dict__))


def _revive(kind: type[DomainError], state: dict[str, object]) -> DomainError:
    error = kind.__new__(kind)
    error.__dict__.update(state)
    error.args = (state["sentence"],)
    return error


class InvalidInput(DomainError):
    """What was sent cannot be meant: a quantity of 0 or a million, a broken code."""

    code = "invalid_input"
    status = 422

"""The one exception of this room."""


class ProducerError(Exception):
    """Something a contract or an input asks for that can't be produced: `what` is wrong, `remedy` says what to do."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}\n{remedy}")
        self.what = what
        self.remedy = remedy

"""The one exception of this room."""


class ProcessingError(Exception):
    """The job cannot go on, or found its tables in a state it must not build on; `remedy` says what to do."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}\n{remedy}")
        self.what = what
        self.remedy = remedy

"""The one exception of this room: something about the machine or its services is not as a run needs it."""


class MachineError(Exception):
    """What is wrong with the machine, a broker, a disk or a lock, and what to do about it.

    `what` is one sentence; `remedy` says what the person can do. The command prints both and exits with 1.
    """

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}\n{remedy}")
        self.what = what
        self.remedy = remedy

"""Words between other parts of a line -> Markdown in which nothing is markup."""

from cli.views.markdown import escaped


def part(words: str) -> str:
    """Escaped words that keep the blanks at their ends."""
    before, after = (" " if end.isspace() else "" for end in (words[:1], words[-1:]))
    inner = escaped(words)
    return f"{before}{inner}{after}" if inner else before

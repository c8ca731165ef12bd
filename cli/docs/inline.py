"""Words between other parts of a line -> Markdown in which nothing is markup; ids of clauses -> code."""

from cli.review.formats.markup import code
from cli.views.markdown import escaped

_SLASH = "&#47;"  # as code() writes it


def part(words: str) -> str:
    """Escaped words that keep the blanks at their ends."""
    before, after = (" " if end.isspace() else "" for end in (words[:1], words[-1:]))
    inner = escaped(words)
    return f"{before}{inner}{after}" if inner else before


def clause(id_: str) -> str:
    """A clause's id as code that a narrow column breaks after a slash, if it has to."""
    return code(id_).replace(_SLASH, f"{_SLASH}<wbr>")

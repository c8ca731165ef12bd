"""HTML to its elements, for tests: as strict as we write it, so that markup which slipped in is seen."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"meta", "wbr"})


@dataclass(slots=True)
class Element:
    """One element: `text` is all text below it."""

    tag: str
    attributes: dict[str, str | None]
    text: str = ""


@dataclass(slots=True)
class Document:
    """All elements in the order they begin."""

    elements: list[Element] = field(default_factory=list)

    def all(self, tag: str) -> list[Element]:
        """Every element of a tag."""
        return [element for element in self.elements if element.tag == tag]


class _Reader(HTMLParser):
    """Refuses an element that is not closed, or closed in another order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.document = Document()
        self.open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"an attribute twice in {tag}"
        made = Element(tag, dict(attrs))
        self.document.elements.append(made)
        if tag not in VOID:
            self.open.append(made)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.document.elements.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop().tag == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data


def read_html(text: str) -> Document:
    """The document, read to its end and with every element closed."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    assert not reader.open, f"never closed: {[element.tag for element in reader.open]}"
    assert text.lstrip().lower().startswith("<!doctype html>")
    return reader.document

"""Sphinx's settings for the site; copied beside the pages, so that `sphinx-build build/docs-src` works by hand too."""

from typing import Any

project = "Client tickets"
extensions = ["myst_parser"]
myst_heading_anchors = 6
exclude_patterns = ["_extra"]
highlight_language = "text"
smartquotes = False  # a quote in an example is that quote
html_theme = "furo"
html_title = project
html_static_path = ["_static"]
html_extra_path = ["_extra"]
html_css_files = ["site.css"]
html_js_files = [("site.js", {"defer": "defer"})]
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_theme_options = {"sidebar_hide_name": False, "navigation_with_keys": False}

TREE = "furo_navigation_tree"
AFTER_FURO = 900


def setup(app: Any) -> None:
    """What Sphinx calls before it begins."""
    app.connect("html-page-context", _with_levels, AFTER_FURO)


def _with_levels(_app: Any, _page: str, _template: str, context: dict[str, Any], _tree: Any) -> None:
    """Captions of the list at the left are headings without a level, which ARIA requires."""
    context[TREE] = context[TREE].replace('role="heading"', 'role="heading" aria-level="2"')

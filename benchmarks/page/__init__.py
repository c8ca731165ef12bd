"""Results to a page: one HTML file without anything from elsewhere, its plots drawn as SVG."""

from benchmarks.page.document import page

__all__ = ("page",)

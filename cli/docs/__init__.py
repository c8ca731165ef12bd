"""What the product knows of itself to one static site: pages in MyST Markdown below build/docs-src, which Sphinx makes
into build/docs. `make docs` builds it.

Pages are made from contracts, features, decisions, the command itself, and what the last test run left behind; the rest
are the repository's own Markdown files, carried over. Nothing here judges: verdicts come from where they are made.
"""

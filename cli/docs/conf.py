"""Sphinx's settings for the site; copied beside the pages, so that `sphinx-build build/docs-src` works by hand too."""

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
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_theme_options = {"sidebar_hide_name": False, "navigation_with_keys": False}

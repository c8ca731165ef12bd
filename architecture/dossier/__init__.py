"""A model and what is computed from it to the document somebody decides on: one HTML file, in one language."""

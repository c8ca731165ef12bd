"""Hybrid-cloud design as data: a model in YAML to verdicts, figures, drawings and a dossier."""

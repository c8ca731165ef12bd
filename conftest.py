"""Where pytest finds the steps of the features, and what keeps the outcome of each test (cli/adr/outcomes.py).

Plugins may be named in this folder's conftest only.
"""

pytest_plugins = [
    "cli.adr.recording",
    "features.steps.sending",
    "features.steps.running",
    "features.steps.results",
    "features.steps.contracts",
    "features.steps.review",
    "features.steps.evolving",
    "features.steps.recovering",
    "features.steps.erasing",
    "features.steps.maintaining",
    "features.steps.quarantine",
    "features.steps.bad_bytes",
    "features.steps.producing",
]

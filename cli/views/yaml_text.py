"""Plain values to YAML text that a reader of YAML 1.1 and one of 1.2 understand alike: no anchors, no bare `1e3`."""

import re
from typing import Any

import yaml


class _Dumper(yaml.SafeDumper):
    """Writes out what occurs twice, and quotes text that the core schema of YAML 1.2 would read as a number."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own class attribute, copied so that its class stays as it is
        first: list(rows) for first, rows in yaml.SafeDumper.yaml_implicit_resolvers.items()
    }

    def ignore_aliases(self, data: Any) -> bool:
        """Whether a value that occurs twice is written twice: always."""
        return True


_Dumper.add_implicit_resolver(
    "tag:yaml.org,2002:yaml-1.2-number",
    re.compile(r"^(?:0o[0-7]+|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)$"),
    list("-+.0123456789"),
)


def yaml_text(value: Any) -> str:
    """One YAML document, keys in the given order."""
    text: str = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    return text.rstrip("\n")

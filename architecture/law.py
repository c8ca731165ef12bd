"""Whose law applies where: the one place that knows the European Union's members."""

# Member states by ISO 3166-1 code, and the Union itself, as jurisdictions may be named.
_MEMBERS = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
EU = frozenset(("EU", *_MEMBERS.split()))

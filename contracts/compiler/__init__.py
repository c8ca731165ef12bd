"""YAML contract to frozen values: read once here, everything else in the product is a pure function of the result."""

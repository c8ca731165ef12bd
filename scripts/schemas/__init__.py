"""The tables that read our YAML files to JSON Schemas, which editors complete and check them by (docs/editor.md)."""

"""Contracts to views: what a person with a BI tool reads, in the schema `bi` of the exported DuckDB file.

`general.py` makes views from what any contract says; `<contract>.vN.sql` beside it, where there is one, adds those that
only this contract's fields give a sense to. `build.py` creates them all and looks at each once.
"""

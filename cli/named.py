"""A contract that somebody names, by its name or its file, to the contract as its enforcers read it."""

from pathlib import Path

import click

from contracts.compiler.catalogue import HOME, Catalogue
from contracts.compiler.errors import ContractError
from contracts.compiler.load import load, readable
from contracts.compiler.model import Contract

NOT_COMPILED = 2


def readable_contract(name: str, contracts: Path | None) -> Contract:
    """`name` is client_tickets, client_tickets.v1 or a file; `contracts` is the folder of the names, None: this
    checkout's. Ends the command with 2, and what is wrong on standard error, where there is none that compiles.
    """
    file = Path(name)
    try:
        return readable(load(file) if file.is_file() else Catalogue(contracts or HOME).get(name))
    except ContractError as error:
        click.echo(str(error), err=True)
        raise click.exceptions.Exit(NOT_COMPILED) from None


def without_topic(contract: Contract, so_what: str) -> click.UsageError:
    """Wrong use: a contract that describes no topic, and the one to name instead where it is made from one."""
    instead = f" It is made from {contract.source}: name that." if contract.source else ""
    return click.UsageError(f"{contract.key} describes no topic, so {so_what}.{instead}")

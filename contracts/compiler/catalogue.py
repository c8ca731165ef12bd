"""A folder of contract files to the contracts in it, found by name.

Layout: `<root>/<contract>/v<major>.odcs.yaml`. A name is `client_tickets` (highest major), `client_tickets.v1`,
or the path of a file.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from contracts.compiler.errors import ContractError, Problem, UnknownContractError
from contracts.compiler.load import load
from contracts.compiler.model import Contract

_FILE = re.compile(r"v(\d+)\.odcs\.ya?ml")
_NAME = re.compile(r"([a-z][a-z0-9_]*)(?:\.v(\d+))?")
HOME = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The contracts below one folder; files are read when they are asked for."""

    root: Path

    def files(self) -> tuple[Path, ...]:
        """Every contract file, by name and major version."""
        found = [path for path in self.root.glob("*/*") if _FILE.fullmatch(path.name)]
        return tuple(sorted(found, key=lambda path: (path.parent.name, _major(path))))

    def get(self, name: str) -> Contract:
        """One contract by name or path; UnknownContractError where there is none, with the nearest name."""
        if name.endswith((".yaml", ".yml")):
            return load(Path(name))
        match = _NAME.fullmatch(name)
        majors = [
            path
            for path in self.files()
            if match and path.parent.name == match[1] and match[2] in (None, str(_major(path)))
        ]
        if not majors:
            names = sorted({path.parent.name for path in self.files()})
            near = get_close_matches(name, names, 1)
            hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(names) or 'none'}."
            raise UnknownContractError((Problem(str(self.root), "", f"holds no contract '{name}'", hint),))
        return load(majors[-1])

    def all(self) -> tuple[Contract, ...]:
        """Every contract; ContractError with the problems of all files where any has one."""
        contracts: list[Contract] = []
        problems: list[Problem] = []
        for path in self.files():
            try:
                contracts.append(load(path))
            except ContractError as error:
                problems += error.problems
        if problems:
            raise ContractError(tuple(problems))
        return tuple(contracts)

    def newest(self) -> tuple[Contract, ...]:
        """The highest major of each contract, by name: what a name without a version means."""
        return _highest(self.all())

    def older(self, contract: Contract) -> tuple[Contract, ...]:
        """The lower majors of a contract, ascending: what its topic may still hold events of."""
        mine = (path for path in self.files() if path.parent.name == contract.name)
        return tuple(load(path) for path in mine if _major(path) < contract.major)

    def outputs(self, source: Contract) -> Iterator[Contract]:
        """The output contracts made from an input contract, by name; of several majors the highest."""
        return iter(_highest(tuple(contract for contract in self.all() if contract.source == source.key)))

    def data_file(self, contract: Contract) -> Path:
        """Where a reference contract's rows are."""
        return Path(contract.file).parent / (contract.data or "")


def _highest(contracts: tuple[Contract, ...]) -> tuple[Contract, ...]:
    """Of each name the highest major; `contracts` come by name and ascending major."""
    return tuple({contract.name: contract for contract in contracts}.values())


def _major(path: Path) -> int:
    match = _FILE.fullmatch(path.name)
    return int(match[1]) if match else 0

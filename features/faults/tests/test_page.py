"""The page of promises is what its data make."""

import json

import pytest

from features.faults import page, report
from features.faults.profiles import PROFILES, promised

pytestmark = pytest.mark.slow  # `make check` leaves the features out; they are quick


def test_the_page_is_what_its_data_make() -> None:
    """Nobody changed it by hand, and it was made anew with its data: `python -m features.faults.page`."""
    assert page.PAGE.read_text("utf-8") == page.page(json.loads(page.DATA.read_text("utf-8")))


@pytest.mark.parametrize("name", PROFILES)
def test_every_promised_fault_has_words(name: str) -> None:
    """A kind without a sentence would be missing from the page."""
    assert promised(PROFILES[name]).keys() <= page.DONE.keys()


def test_the_bound_is_the_rule_of_three() -> None:
    """Of three hundred faults without a failure: less than one in a hundred; of none nothing is known."""
    assert report.upper_bound(300) == pytest.approx(0.00994, abs=1e-5)
    assert report.upper_bound(0) is None

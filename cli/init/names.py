"""A field's name to what such fields commonly hold: persons, secrets, words of clients, money, moments, identities;
and to whether a contract can have a field of that name.
"""

import functools
import re
from collections.abc import Mapping

from contracts.compiler.properties import read_fields
from contracts.compiler.reading import Reading

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W_]+")
_TAIL = re.compile(r"(?:_(?:number|no|nr|address|text|raw|value|eur|usd|gbp|chf|utc|[0-9]+))+$")  # says no more
_SENSES: Mapping[str, str] = {
    "personal": "email mail phone telephone tel mobile msisdn fax first_name last_name full_name given_name "
    "family_name middle_name surname forename firstname lastname fullname username user_name client_name customer_name "
    "contact_name birthday birthdate birth_date date_of_birth dob ssn passport iban street postal "
    "home delivery billing tax_id national_id",
    "restricted": "ip client_id customer_id user_id account_id member_id patient_id employee_id person_id "
    "device_id mac latitude longitude lat lon lng",
    "confidential": "password secret token api_key apikey salary card_number pan cvv diagnosis",
    "words": "comment message text body note notes request question answer feedback complaint review",
    "money": "amount price cost total subtotal fee balance tax discount fare premium",
    "moment": "at time timestamp ts date datetime when created updated occurred logged",
    "event_id": "event_id message_id record_id",
    "event_time": "occurred_at occurred event_time event_timestamp happened_at timestamp created_at logged_at "
    "time ts at",
    "subject": "client_id customer_id user_id account_id member_id patient_id employee_id person_id",
    "host": "host hostname server node",
}
_TABLE: Mapping[str, tuple[str, ...]] = {sense: tuple(words.split()) for sense, words in _SENSES.items()}


def words(name: str) -> str:
    """A name as lower-case words joined by `_`: `clientEMail2` to `client_e_mail_2`."""
    return "_".join(word.lower() for word in _WORD.findall(name))


def sounds_like(name: str, sense: str) -> bool:
    """Whether a name ends in a word (or words side by side) of a sense of the table: `email`, but not `email_count`."""
    return rank(name, sense) is not None


def rank(name: str, sense: str) -> int | None:
    """The place of the first word of a sense that a name ends in (0 is the surest); None where it ends in none."""
    text = f"_{_TAIL.sub('', words(name))}"
    return next((place for place, word in enumerate(_TABLE[sense]) if text.endswith(f"_{word}")), None)


@functools.lru_cache(maxsize=10_000)
def refusal(name: str, *, column: bool) -> str | None:
    """What the compiler has against a field of this name, at the top (a column) or in an object; None where nothing."""
    reading = Reading("draft")
    read_fields(({"name": name, "logicalType": "string"},), "" if column else "object", "schema", reading)
    return reading.problems[0].what if reading.problems else None


def singular(name: str) -> str:
    """What one item of a list of this name is called."""
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name

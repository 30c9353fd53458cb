"""How settings name providers in order, and variables by the calling code that they end in."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from statuspage.lib.env import WrongVariables, words
from statuspage.lib.env_values import UnusableFile, readable

T = TypeVar("T")


def provider_order(text: str, names: Collection[str]) -> list[str]:
    """Read providers separated by commas, first choice first, in capital letters or not.

    Raises:
        ValueError: some of them are none, or are named twice.
    """
    found = words(text.lower(), names)
    twice = [one for one, count in Counter(found).items() if count > 1]
    if twice:
        raise ValueError(f"names {', '.join(twice)} more than once")
    return found


def by_code(
    prefix: str, given: Mapping[str, str | UnusableFile], read: Callable[[str], T]
) -> dict[str, T]:
    """Read the variables that begin with a prefix, by the calling code that follows it.

    Empty ones are left out.

    Raises:
        WrongVariables: every one that is wrong, by its whole name.
    """
    found: dict[str, T] = {}
    problems: dict[str, str] = {}
    for code, text in given.items():
        try:
            if value := read(readable(text)):
                found[_calling_code(code, prefix)] = value
        except UnusableFile as error:
            problems[f"{prefix}{code}_FILE"] = str(error)
        except ValueError as error:
            problems[f"{prefix}{code}"] = str(error)
    if problems:
        raise WrongVariables(problems)
    return found


def _calling_code(code: str, prefix: str) -> str:
    decimal = code.isascii() and code.isdecimal() and not code.startswith("0")
    if not (decimal and int(code) in COUNTRY_CODE_TO_REGION_CODE):
        raise ValueError(f"{code!r} is no calling code of a country, as the end of {prefix}86 is")
    return code

"""Read countries from settings; pure, for the settings are not there yet."""

from typing import Final

import phonenumbers

# Calling codes of no country: satellite and global networks, and shared-cost services (+870, +881,
# +882, +883, +979 and others), which the library has under this region.
WORLD: Final = "001"


def read_countries(text: str) -> frozenset[str]:
    """Read `86,HK`: calling codes and countries of two letters; return countries.

    A calling code means its main country: 1 the United States, not the Caribbean; 44 Great Britain,
    not Jersey. Numbers there cost many times as much, and fraud goes where the money is.

    Raises:
        ValueError: none is given, or one is no country.
    """
    found = {_country(one.strip()) for one in text.split(",") if one.strip()}
    if not found:
        raise ValueError("must name a country, such as 86")
    return frozenset(found)


def _country(name: str) -> str:
    if name.isascii() and name.isdecimal():
        name = phonenumbers.region_code_for_country_code(int(name))
    if name == WORLD or name not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError(
            "must list calling codes, such as 86, or countries of two capital letters; satellite "
            "and global networks are none"
        )
    return name

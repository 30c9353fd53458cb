"""A keyed hash is the standard one, whatever was prepared before."""

import hmac

from hypothesis import given
from hypothesis import strategies as st

from statuspage.lib.keyed_hash import keyed_hash

WRITTEN = st.text(st.characters(exclude_categories=["Cs"]))


@given(WRITTEN, WRITTEN, WRITTEN)
def test_it_is_that_of_the_standard_library(key: str, message: str, other: str) -> None:
    keyed_hash(key, other)
    assert keyed_hash(key, message) == hmac.digest(key.encode(), message.encode(), "sha256")

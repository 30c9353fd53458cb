"""Which compression a reader gets, for any Accept-Encoding whatever."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuspage.pages.server.cached_pages import IDENTITY, OFFERED, choose


def test_the_greatest_weight_wins(subtests: pytest.Subtests) -> None:
    for accepted, chosen in [
        ("", IDENTITY),
        ("gzip", "gzip"),
        ("br", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("GZIP", "gzip"),
        ("x-gzip", "gzip"),
        ("deflate", IDENTITY),
        ("*", "br"),
        ("*;q=0", IDENTITY),
        ("br;q=0, *", "gzip"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("gzip;q=0.5, br;q=0.5", "br"),
        ("gzip;q=0", IDENTITY),
        ("gzip ; q=0.8 , br ; q=0", "gzip"),
        ("identity, gzip;q=0.5", IDENTITY),
        ("identity;q=0.5, gzip", "gzip"),
        ("gzip;q=nonsense", IDENTITY),
        ("gzip;q=nan", IDENTITY),
        ("gzip;q=7", IDENTITY),
        ("gzip;level=9;q=0.3", "gzip"),
        ("gzip;x*=nowhere'en'%41, br", "br"),
    ]:
        with subtests.test(accepted=accepted, chosen=chosen):
            assert choose(accepted) == chosen


CODINGS = st.sampled_from(["br", "gzip", "identity", "deflate", "zstd"])
WEIGHTS = st.integers(0, 1000).map(lambda thousandths: thousandths / 1000)


@given(st.dictionaries(CODINGS, WEIGHTS))
def test_what_is_refused_is_not_sent(weights: dict[str, float]) -> None:
    header = ", ".join(f"{coding};q={weight}" for coding, weight in weights.items())
    chosen = choose(header)
    if chosen != IDENTITY:
        assert weights[chosen] == max(weights.get(one, 0) for one in OFFERED) > 0
        assert weights[chosen] >= weights.get(IDENTITY, 0)
    elif IDENTITY not in weights:
        assert not any(weights.get(one) for one in OFFERED)


@given(st.text(max_size=60))
def test_any_text_gets_an_answer(header: str) -> None:
    assert choose(header) in {IDENTITY, *OFFERED}

"""Paths and bundles of c2sp.org/tlog-tiles."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuspage.statements.tiles import NoSuchTile, Tile, bundle, read_path


def test_a_path_names_a_tile(subtests: pytest.Subtests) -> None:
    for path, tile in [
        ("0/000", Tile(0, 0)),
        ("1/x001/x234/067", Tile(1, 1_234_067)),  # the specification's own example
        ("0/x001/000", Tile(0, 1000)),
        ("63/999", Tile(63, 999)),
        ("2/000.p/1", Tile(2, 0, 1)),
        ("0/273.p/112", Tile(0, 273, 112)),
        ("entries/x012/345.p/255", Tile(None, 12_345, 255)),
        ("entries/001", Tile(None, 1)),
    ]:
        with subtests.test(path=path, tile=tile):
            assert read_path(path) == tile
            assert tile.path == path


@given(st.one_of(st.none(), st.integers(0, 63)), st.integers(0, 10**18 - 1), st.integers(1, 256))
def test_every_tile_has_one_path(level, index, width):
    tile = Tile(level, index, width)
    assert read_path(tile.path) == tile
    assert tile.full == (width == 256)
    assert tile.begin == index * 256


@given(st.text("0123456789x/.pentries", max_size=30))
def test_whatever_is_asked_for_is_a_tile_or_refused(path):
    with suppress(NoSuchTile):
        assert read_path(path).path == path


def test_entries_stand_behind_their_length():
    assert bundle([b"", b"ab", b"c" * 65_535]) == b"\0\0" + b"\0\2ab" + b"\xff\xff" + b"c" * 65_535

"""A file in pieces is the same file."""

import io

from hypothesis import given
from hypothesis import strategies as st

from statuspage.lib import chunked_files as module
from statuspage.lib.chunked_files import PIECE_BYTES, ChunkStream, pieces


def stream_of(kept):
    return ChunkStream(lambda number: kept[number] if number < len(kept) else b"")


def test_pieces_are_of_one_size_but_the_last():
    found = list(pieces([b"a" * (PIECE_BYTES + 5), b"b" * PIECE_BYTES]))
    assert [len(one) for one in found] == [PIECE_BYTES, PIECE_BYTES, 5]


def test_an_empty_stream_has_no_pieces():
    assert list(pieces([])) == []
    assert stream_of([]).read() == b""


@given(st.lists(st.binary(max_size=40)), st.integers(1, 17))
def test_read_again_it_is_the_same(chunks, size):
    before, module.PIECE_BYTES = module.PIECE_BYTES, size
    try:
        kept = list(pieces(chunks))
    finally:
        module.PIECE_BYTES = before
    stream = stream_of(kept)
    assert io.BufferedReader(stream).read() == b"".join(chunks)
    assert stream.position == sum(map(len, chunks))

"""The tree against RFC 6962 as it is written, for every shape up to 600 leaves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuspage.statements import merkle
from statuspage.statements.merkle import Subtree, TreeBuilder
from tests.statuspage.statements import naive

# The eight leaves that every implementation of Certificate Transparency is tried with, and the
# root after each of them.
LEAVES = [
    bytes.fromhex(one)
    for one in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
SIZES = st.integers(min_value=0, max_value=600)


def words(size):
    return [f"statement {number}".encode() for number in range(size)]


def grown(leaves):
    """The tree, and every complete subtree it ever made."""
    tree, nodes = TreeBuilder(), {}
    for leaf in leaves:
        nodes.update(tree.add(leaf))
    return tree, nodes


def test_the_known_tree_has_the_known_roots(subtests: pytest.Subtests) -> None:
    for size, root in list(enumerate(ROOTS)):
        with subtests.test(size=size, root=root):
            tree, nodes = grown(LEAVES[:size])
            assert tree.root().hex() == root
            assert merkle.hash_of(range(0, size), nodes).hex() == root


@pytest.mark.parametrize(
    ("index", "size", "path"),
    [
        (0, 1, []),
        (
            0,
            8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    ],
)
def test_the_known_tree_has_the_known_proofs_of_inclusion(index, size, path):
    _tree, nodes = grown(LEAVES)
    found = [merkle.hash_of(span, nodes).hex() for span in merkle.inclusion(index, size)]
    assert found == path


@pytest.mark.parametrize(
    ("old", "size", "proof"),
    [
        (1, 1, []),
        (
            6,
            8,
            [
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
    ],
)
def test_the_known_tree_has_the_known_proofs_of_consistency(old, size, proof):
    _tree, nodes = grown(LEAVES)
    found = [merkle.hash_of(span, nodes).hex() for span in merkle.consistency(old, size)]
    assert found == proof


@given(SIZES)
def test_the_root_is_the_definitions(size):
    tree, nodes = grown(words(size))
    assert tree.size == size
    assert tree.root() == naive.mth(words(size)) == merkle.hash_of(range(0, size), nodes)


@given(SIZES.filter(bool), st.data())
def test_a_proof_of_inclusion_is_the_definitions_and_holds(size, data):
    index = data.draw(st.integers(min_value=0, max_value=size - 1))
    leaves = words(size)
    tree, nodes = grown(leaves)
    found = [merkle.hash_of(span, nodes) for span in merkle.inclusion(index, size)]
    assert found == naive.path(index, leaves)
    assert naive.includes(merkle.leaf_hash(leaves[index]), index, size, found, tree.root())


@given(SIZES.filter(bool), st.data())
def test_a_proof_of_consistency_is_the_definitions_and_holds(size, data):
    old = data.draw(st.integers(min_value=1, max_value=size))
    leaves = words(size)
    tree, nodes = grown(leaves)
    found = [merkle.hash_of(span, nodes) for span in merkle.consistency(old, size)]
    assert found == naive.proof(old, leaves)
    assert naive.grew(old, size, found, naive.mth(leaves[:old]), tree.root())


@given(SIZES)
def test_a_tree_grows_on_from_its_peaks_alone(size):
    tree, nodes = grown(words(size))
    again = TreeBuilder(size, [nodes[place] for place in merkle.parts(range(0, size))])
    assert again.add(b"next") == tree.add(b"next")
    assert again.root() == tree.root() == naive.mth([*words(size), b"next"])


@given(SIZES.filter(bool))
def test_a_leaf_costs_no_more_than_the_trees_height(size):
    tree, _nodes = grown(words(size - 1))
    assert len(tree.add(b"leaf")) <= size.bit_length()
    assert len(merkle.parts(range(0, size))) <= size.bit_length()
    assert len(merkle.consistency(max(size // 3, 1), size)) <= size.bit_length() + 1


def test_from_nothing_there_is_nothing_to_prove():
    assert merkle.consistency(0, 5) == []


def test_a_node_cannot_pass_for_a_leaf():
    left, right = merkle.leaf_hash(b"a"), merkle.leaf_hash(b"b")
    assert merkle.node_hash(left, right) != merkle.leaf_hash(left + right)


def test_complete_subtrees_are_named_by_level_and_index():
    assert merkle.parts(range(0, 7)) == [Subtree(2, 0), Subtree(1, 2), Subtree(0, 6)]
    assert merkle.parts(range(4, 7)) == [Subtree(1, 2), Subtree(0, 6)]

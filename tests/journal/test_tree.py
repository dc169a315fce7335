"""The Merkle tree against the vectors of the reference implementation, and against attacks on proofs."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pairup.journal.tree import (
    Frontier,
    consistency_proof,
    extends,
    head_of,
    includes,
    inclusion_proof,
    leaf_hash,
    node_hash,
)  # fmt: skip

LEAVES = [bytes.fromhex(leaf) for leaf in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
#: of the first 0, 1, 2 … 8 of these leaves, from the test data of the reference implementation
HEADS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)

logs = st.lists(st.binary(max_size=12), min_size=1, max_size=40)


@pytest.mark.parametrize("size", range(9))
def test_heads_are_those_of_the_reference_implementation(size: int) -> None:
    assert head_of(LEAVES[:size]).hex() == HEADS[size]


def test_a_frontier_goes_on_where_it_stopped() -> None:
    first = Frontier()
    for leaf in LEAVES[:5]:
        first.append(leaf)

    later = Frontier(first.size, first.parts)
    for leaf in LEAVES[5:]:
        later.append(leaf)

    assert later.head().hex() == HEADS[8]
    with pytest.raises(ValueError, match="2 complete parts"):
        Frontier(5, first.parts[:1])


@given(logs)
@settings(max_examples=60, deadline=None)
def test_every_leaf_is_proved_to_be_in_the_log_and_nowhere_else(leaves: list[bytes]) -> None:
    hashes, head = [leaf_hash(leaf) for leaf in leaves], head_of(leaves)

    for index in range(len(leaves)):
        proof = inclusion_proof(hashes, index)

        assert includes(hashes[index], index, len(leaves), proof, head)
        assert not includes(leaf_hash(b"another"), index, len(leaves), proof, head)
        assert not includes(hashes[index], index, len(leaves), (*proof, head), head)
        for other in range(len(leaves)):
            if hashes[other] != hashes[index]:
                assert not includes(hashes[other], index, len(leaves), proof, head)


@given(logs, st.data())
@settings(max_examples=80, deadline=None)
def test_a_log_extends_its_own_beginnings_and_no_other(leaves: list[bytes], data: st.DataObject) -> None:
    first = data.draw(st.integers(1, len(leaves)))
    hashes = [leaf_hash(leaf) for leaf in leaves]
    old, new = head_of(leaves[:first]), head_of(leaves)
    proof = consistency_proof(hashes, first)

    assert extends(first, old, len(leaves), new, proof)

    changed = [*leaves]
    changed[first - 1] += b"!"
    assert not extends(first, head_of(changed[:first]), len(leaves), new, proof)
    assert not extends(first, old, len(leaves), head_of(changed), proof)


@given(logs, st.data())
@settings(max_examples=60, deadline=None)
def test_a_proof_with_one_bit_flipped_proves_nothing(leaves: list[bytes], data: st.DataObject) -> None:
    first = data.draw(st.integers(1, len(leaves)))
    hashes = [leaf_hash(leaf) for leaf in leaves]
    old, new = head_of(leaves[:first]), head_of(leaves)
    proof = consistency_proof(hashes, first)

    for k, part in enumerate(proof):
        bit = data.draw(st.integers(0, 255))
        flipped = bytearray(part)
        flipped[bit // 8] ^= 1 << bit % 8
        assert not extends(first, old, len(leaves), new, (*proof[:k], bytes(flipped), *proof[k + 1 :]))


def test_a_node_cannot_pass_for_a_leaf() -> None:
    """Without the two prefixes an owner could show an inner node as an entry."""
    left, right = leaf_hash(b"a"), leaf_hash(b"b")

    assert leaf_hash(left + right) != node_hash(left, right)
    assert hashlib.sha256(left + right).digest() not in (leaf_hash(left + right), node_hash(left, right))


@pytest.mark.parametrize("asked", [-1, 3])
def test_a_place_outside_the_log_has_no_proof(asked: int) -> None:
    hashes = [leaf_hash(leaf) for leaf in LEAVES[:3]]

    with pytest.raises(IndexError):
        inclusion_proof(hashes, asked)
    with pytest.raises(IndexError):
        consistency_proof(hashes, asked + 1 if asked == 3 else 0)
    assert not includes(hashes[0], asked, 3, (), head_of(LEAVES[:3]))

"""The Merkle tree of RFC 9162 (Certificate Transparency 2.0, section 2.1), over leaves that are only ever appended.

    hash of a leaf d          = SHA-256(0x00 || d)
    hash of a node (l, r)     = SHA-256(0x01 || l || r)
    head of n leaves          = node(head of the first k, head of the rest), k the largest power of two below n

so that the head of any first m leaves can be shown to be a part of the head of n with about log2(n) hashes. Two
prefixes keep a node from passing for a leaf. Everything here is standard library.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

Hash = bytes


def leaf_hash(leaf: bytes) -> Hash:
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: Hash, right: Hash) -> Hash:
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The heads of the complete subtrees of a log that grows: all that appending and the head need, log2(n) hashes."""

    def __init__(self, size: int = 0, parts: Sequence[Hash] = ()) -> None:
        if len(parts) != size.bit_count():
            raise ValueError(f"A log of {size} entries has {size.bit_count()} complete parts, not {len(parts)}.")
        self.size, self._parts = size, list(parts)

    @property
    def parts(self) -> tuple[Hash, ...]:
        """The heads of the complete subtrees, the largest first."""
        return tuple(self._parts)

    def append(self, leaf: bytes) -> Hash:
        """Take one more leaf; give its hash."""
        added = head = leaf_hash(leaf)
        size = self.size
        while size & 1:  # two complete subtrees of one size become one
            head = node_hash(self._parts.pop(), head)
            size >>= 1
        self._parts.append(head)
        self.size += 1
        return added

    def head(self) -> Hash:
        """Give the head of the log so far; of an empty log the hash of nothing."""
        if not self._parts:
            return hashlib.sha256(b"").digest()
        head = self._parts[-1]
        for part in reversed(self._parts[:-1]):
            head = node_hash(part, head)
        return head


def head_of(leaves: Iterable[bytes]) -> Hash:
    """Give the head of leaves in order, reading each once."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.head()


def inclusion_proof(hashes: Sequence[Hash], index: int) -> tuple[Hash, ...]:
    """Give the hashes that lead from the leaf at `index` (from 0) to the head; `hashes` are those of all leaves."""
    if not 0 <= index < len(hashes):
        raise IndexError(f"A log of {len(hashes)} entries has no place {index}.")
    return tuple(_path(hashes, index, 0, len(hashes)))


def consistency_proof(hashes: Sequence[Hash], first: int) -> tuple[Hash, ...]:
    """Give the hashes that show the log of the first `first` entries to be a beginning of the log of all."""
    if not 0 < first <= len(hashes):
        raise IndexError(f"A log of {len(hashes)} entries has no beginning of {first}.")
    return tuple(_beginning(hashes, first, 0, len(hashes), is_whole=True))


def includes(leaf: Hash, index: int, size: int, proof: Sequence[Hash], head: Hash) -> bool:
    """Check that a leaf hash stands at `index` in the log of `size` entries with this head (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, leaf
    for part in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(part, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, part)
        at, last = at >> 1, last >> 1
    return last == 0 and found == head


def extends(first: int, first_head: Hash, size: int, head: Hash, proof: Sequence[Hash]) -> bool:
    """Check that the log of `first` entries with its head is a beginning of the log of `size` (RFC 9162, 2.1.4.2)."""
    if first == size:
        return not proof and first_head == head
    if not 0 < first < size or not proof:
        return False
    parts = [first_head, *proof] if first & (first - 1) == 0 else list(proof)
    at, last = first - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = parts[0]
    for part in parts[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old, new = node_hash(part, old), node_hash(part, new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, part)
        at, last = at >> 1, last >> 1
    return last == 0 and old == first_head and new == head


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def _head(hashes: Sequence[Hash], low: int, high: int) -> Hash:
    if high - low == 1:
        return hashes[low]
    middle = low + _split(high - low)
    return node_hash(_head(hashes, low, middle), _head(hashes, middle, high))


def _path(hashes: Sequence[Hash], index: int, low: int, high: int) -> list[Hash]:
    if high - low == 1:
        return []
    middle = low + _split(high - low)
    if index < middle:
        return [*_path(hashes, index, low, middle), _head(hashes, middle, high)]
    return [*_path(hashes, index, middle, high), _head(hashes, low, middle)]


def _beginning(hashes: Sequence[Hash], first: int, low: int, high: int, *, is_whole: bool) -> list[Hash]:
    """The proof of RFC 9162, 2.1.4.1; `is_whole` while the beginning's own head needs not be said."""
    if first == high:
        return [] if is_whole else [_head(hashes, low, high)]
    middle = low + _split(high - low)
    if first <= middle:
        return [*_beginning(hashes, first, low, middle, is_whole=is_whole), _head(hashes, middle, high)]
    return [*_beginning(hashes, first, middle, high, is_whole=False), _head(hashes, low, middle)]

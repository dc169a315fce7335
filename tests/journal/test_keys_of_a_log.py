"""The key that signs checkpoints is read as it was written, whatever its bytes are."""

from __future__ import annotations

from pairup.journal.checkpoint import PublicKey, SigningKey


def test_every_key_is_read_as_it_was_written() -> None:
    keys = [SigningKey("pairup/journal", bytes([number]) * 32) for number in range(256)]

    assert any("+" in key.text().split("+", 4)[4] for key in keys)  # a plus among the letters of the code
    assert [SigningKey.read(key.text()) for key in keys] == keys
    assert [PublicKey.read(str(key.public)) for key in keys] == [key.public for key in keys]

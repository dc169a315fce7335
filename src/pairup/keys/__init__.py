"""Keys of people: what is personal in a record is closed with them, and destroying one erases what it closed."""

from __future__ import annotations

from pairup.keys.closing import Key, close_text, key_id_of, open_text
from pairup.keys.ring import Held, KeyRing

__all__ = ["Held", "Key", "KeyRing", "close_text", "key_id_of", "open_text"]

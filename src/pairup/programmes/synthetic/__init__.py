"""Generators of everything invented: seeded, flagged row by row, the same bytes for the same seed."""

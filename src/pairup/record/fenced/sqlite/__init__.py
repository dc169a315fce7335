"""A connection behind the second fence."""

"""Measurements of `pairup bench measurement`: tables of any size, beside SQL written by hand, and on two engines."""

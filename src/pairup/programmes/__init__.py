"""Programmes as data: sourced facts, and what is made up to go with them. Each says which it is."""

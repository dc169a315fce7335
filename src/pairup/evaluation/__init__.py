"""Claims checked, effects estimated or called not identified."""

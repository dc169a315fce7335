"""Where the work runs: compiled loops, many tasks at once, tables of any size. The doors to their libraries."""

"""The parts of `pairup bench measurement`: every module here is one, with `rows(is_quick, seed)`."""

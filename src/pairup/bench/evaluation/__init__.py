"""The parts of `pairup bench evaluation`: every module here is one, with `rows(is_quick, seed)`."""

"""Compiled kernels: loops over arrays that numpy cannot say, made machine code by numba when they are first called.

`compiled` is the only door to numba. What it compiles is kept beside the source (or in the user's cache where that
cannot be written), so that a machine compiles once. No fast arithmetic is allowed: the same input gives the same
bytes. Kernels take and give arrays and numbers only, and are pure: they write into nothing they were given, unless
their docstring says so.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from typing import Any, TypeVar

import numba

F = TypeVar("F", bound=Callable[..., Any])

VERSIONS = {"numba": version("numba")}


def compiled(function: F) -> F:
    """Compile a function over arrays and numbers; where nothing can be cached, each process compiles anew."""
    made: Any
    try:
        made = numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:  # no folder to keep the machine code in
        made = numba.njit(nogil=True)(function)
    return made  # type: ignore[no-any-return]

"""Wrong backward passes × the checks that people use: which check catches which mistake.

A candidate is a bug of the table (or its name), one of the hidden ones, or a function of your own of
(delta, x, w, **settings) that returns the gradient of `of`.
"""

from __future__ import annotations

import numpy as np

from . import error_maps
from .bugs import BUGS, Bug, bug_named
from .checks import CHECKS, Check, Verdict, check_named
from .error_maps import ErrorMap
from .hidden import hidden

__all__ = [
    "BUGS",
    "CHECKS",
    "Bug",
    "Check",
    "ErrorMap",
    "Verdict",
    "bug_named",
    "candidate",
    "check",
    "check_named",
    "error_map",
    "grid",
    "hidden",
    "mapped",
]


def check(bug, check, *, of="x", seed=0) -> Verdict:
    """What one check makes of one bug.

    Parameters
    ----------
    bug : Bug, str or function
        Of `BUGS`, its name, one of the hidden ones, or a function of (delta, x, w, **settings).
    check : Check or str
        Of `CHECKS`, or its name.
    of : str
        For a function of your own: the array whose gradient it returns, "x", "w" or "b".
    seed : int
        Of the random numbers.

    Returns
    -------
    Verdict
        `.caught` and `.said`, one sentence with numbers.
    """
    check = check_named(check) if isinstance(check, str) else check
    return check(candidate(bug, of), seed)


def grid(bugs=None, checks=None, *, seed=0) -> np.ndarray:
    """Which check catches which bug, computed now.

    Parameters
    ----------
    bugs, checks : lists, optional
        As in `check`; all of them if not given.
    seed : int
        Of the random numbers.

    Returns
    -------
    caught : bool array (bugs, checks)
    """
    bugs, checks = BUGS if bugs is None else bugs, CHECKS if checks is None else checks
    return np.array([[check(bug, by, seed=seed).caught for by in checks] for bug in bugs])


def error_map(bug, *, of="x", seed=0) -> tuple[np.ndarray, np.ndarray]:
    """One map of a wrong gradient, and the right one, on a layer where the mistake shows.

    Parameters
    ----------
    bug, of, seed
        As in `check`.

    Returns
    -------
    got, expected : arrays of one map
        (rows, columns) of an example and channel of grad_x, or of a filter and channel of grad_w; all of grad_b.
        `mapped` says which.

    Raises
    ------
    ValueError
        If the function stops, or returns no numbers.
    """
    shown = mapped(bug, of=of, seed=seed)
    return shown.got, shown.expected


def mapped(bug, *, of="x", seed=0) -> ErrorMap:
    """The same with its place and its layer; parameters and errors as `error_map`."""
    return error_maps.mapped(candidate(bug, of), seed)


def candidate(bug, of):
    """A function that knows the array whose gradient it is."""
    if isinstance(bug, str):
        return bug_named(bug)
    if hasattr(bug, "of"):
        return bug
    if of not in ("x", "w", "b"):
        raise ValueError(f'of is "x", "w" or "b", the array whose gradient the function returns; got {of!r}')
    return Bug(0, getattr(bug, "__name__", "yours"), "A function of your own.", of, bug)

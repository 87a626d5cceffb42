"""1,797 real handwritten digits of 8×8 cells, ready to train on; `SOURCE.md` says where they come from.

The file holds what was published, in its order and as whole numbers; the split is made here.
"""

from importlib import resources
from typing import NamedTuple

import numpy as np

__all__ = ["Digits", "load"]

BRIGHTEST = 16  #: of the published cells, which count the inked pixels of a 4×4 block
TESTED = 36  #: test images of each digit


class Digits(NamedTuple):
    """The images, float32 from 0 (paper) to 1 (ink), and which digit each is, 0 to 9."""

    train_x: np.ndarray  #: (1437, 1, 8, 8)
    train_y: np.ndarray  #: (1437,)
    test_x: np.ndarray  #: (360, 1, 8, 8)
    test_y: np.ndarray  #: (360,)


def load():
    """The digits, always split alike: of each digit 36 test images, evenly spread over the file, and the rest.

    Of the n images of a digit, in the order of the file, the test images are those at ``floor(t n / 36)`` for t = 0 to
    35, so about every fifth. The file does not say who wrote which: a writer is likely to be in both.

    Returns
    -------
    Digits
        New arrays with each call. Both parts keep the order of the file; shuffle before you train.
    """
    with resources.files(__package__).joinpath("digits.npz").open("rb") as file, np.load(file) as held:
        images, labels = held["images"], held["labels"].astype(np.int64)
    x = images[:, np.newaxis].astype(np.float32) / BRIGHTEST
    tested = np.zeros(len(x), bool)
    for digit in range(10):
        of_digit = np.flatnonzero(labels == digit)
        tested[of_digit[np.arange(TESTED) * len(of_digit) // TESTED]] = True
    return Digits(x[~tested], labels[~tested], x[tested], labels[tested])

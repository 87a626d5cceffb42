"""What the pages say of SciPy, each with the run behind it."""

import numpy as np
from scipy import signal

IMAGE, KERNEL = np.arange(40.0).reshape(5, 8) ** 2, np.array([[1.0, 2, 3], [4, 5, 6]])


def convolve2d_turns_and_correlate2d_does_not():
    """scipy.signal.convolve2d turns the kernel; scipy.signal.correlate2d does not."""
    by_hand = [[(IMAGE[u : u + 2, v : v + 3] * KERNEL).sum() for v in range(6)] for u in range(4)]
    assert np.allclose(signal.correlate2d(IMAGE, KERNEL, "valid"), by_hand)
    assert np.allclose(signal.convolve2d(IMAGE, KERNEL[::-1, ::-1], "valid"), by_hand)

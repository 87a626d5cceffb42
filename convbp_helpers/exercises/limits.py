"""A learner's code, run within a limit of time and memory, and with what it prints set aside.

The limit of time is kept by a signal: in the main thread of Linux and macOS; elsewhere (Windows, a browser, another
thread) the code runs on, and the kernel's own interrupt ends it. It comes between two steps of Python, so one long call
of NumPy ends first. The limit of memory is kept on Linux.
"""

from __future__ import annotations

import io
import signal
import sys
import threading
from contextlib import contextmanager, redirect_stdout

SECONDS = 10  #: for all calls of one check
MEMORY = 2 << 30  #: bytes, on top of what the kernel holds
_AGAIN = 0.2  #: seconds after which code that has caught the signal gets it again


class DidNotFinish(BaseException):
    """No Exception, so that `except Exception` in a learner's loop does not keep it."""


@contextmanager
def limited(seconds: float = SECONDS, memory: int = MEMORY):
    """Within it, code that takes longer raises `DidNotFinish`, and code that takes more memory a MemoryError."""
    with _of_memory(memory), _of_time(seconds):
        yield


@contextmanager
def _of_time(seconds):
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number, _frame):
        raise DidNotFinish

    before = signal.signal(signal.SIGALRM, stop)
    left, every = signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, left, every)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _of_memory(most):
    if not sys.platform.startswith("linux"):
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    with open("/proc/self/statm", encoding="ascii") as file:
        held = int(file.read().split()[0]) * resource.getpagesize()
    limit = held + most if soft == resource.RLIM_INFINITY else min(soft, held + most)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


@contextmanager
def printed():
    """Yields a function that says what has been printed within."""
    said = io.StringIO()
    with redirect_stdout(said):
        yield said.getvalue

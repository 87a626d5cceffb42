"""The same layer in other libraries: what they answered when they were asked, and what their words mean."""

from .choices import choices, reading_of
from .in_silence import silent
from .pictures import kept, windows
from .readings import READINGS, padding_of
from .results import Library, libraries, library
from .tables import QUESTIONS, table

__all__ = [
    "QUESTIONS",
    "READINGS",
    "Library",
    "choices",
    "kept",
    "libraries",
    "library",
    "padding_of",
    "reading_of",
    "silent",
    "table",
    "windows",
]

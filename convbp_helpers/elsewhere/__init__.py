"""The same layer in other libraries: what they answered when they were asked, as tables."""

from .results import Library, libraries, library
from .tables import QUESTIONS, table

__all__ = ["QUESTIONS", "Library", "libraries", "library", "table"]

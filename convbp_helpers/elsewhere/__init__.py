"""The same layer in other libraries: what they answered when they were asked, and what their words mean."""

from .choices import choices, reading_of
from .readings import padding_of
from .results import Library, libraries, library
from .tables import QUESTIONS, table

__all__ = ["QUESTIONS", "Library", "choices", "libraries", "library", "padding_of", "reading_of", "table"]

r"""Whose letters an equation is written in, worked out: from what stands where, from the letters in common use, and by
trying the readings that are left on layers.

`standing` says what stands where on a page, `common` which part a letter mostly plays, `casting` which part it may play
here; `axes` and `quantities` say what its indices and its other names count. `rewriting` makes a page that is easier to
bind of one that was typed, `working_out` tries the readings, `saying` says how a page was read, and `translating` puts
it into the letters of the series.
"""

from .translating import in_letters_of_the_series
from .working_out import Reading, readings, worked_out

__all__ = ["Reading", "in_letters_of_the_series", "readings", "worked_out"]

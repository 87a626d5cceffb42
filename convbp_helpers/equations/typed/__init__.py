r"""How people type equations, respelled as the grammar reads them: X[i+h, j+w] as X_{i+h,j+w}, \mathcal{L} as one
letter, cases as brackets. What is typed as the series types it stays as it is, and every place stays known.

`tokens` cuts a display into tokens, `heads` finds letters with their scripts among them, and `first_look` what a letter
is on this page. `subscripts` and `values` put out the new spelling, and `spelling` that of a whole display.
"""

from .spelling import Spelled, respelled

__all__ = ["Spelled", "respelled"]

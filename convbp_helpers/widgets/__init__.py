"""What a reader can point at: thin skins over pure, tested functions.

Each widget is one Python file (plain traits: the state), one ES module (the drawing, no build step, nothing loaded
from elsewhere) and a style. `page.py` and `frame.js` are what they all stand on, `rows.py` and `rows.js` those about
one row. A widget's module is its JavaScript files one after the other, as they share one scope. A file that computes or
speaks has a twin with the same functions: `words.js` here and `words.py` above, and so on.
"""

from .break_it import BreakIt
from .duality_panels import DualityPanels
from .influence_explorer import InfluenceExplorer
from .matrix_explorer import MatrixExplorer
from .padding_split import PaddingSplit
from .page import SettingError
from .side_by_side import SideBySide

__all__ = [
    "BreakIt",
    "DualityPanels",
    "InfluenceExplorer",
    "MatrixExplorer",
    "PaddingSplit",
    "SettingError",
    "SideBySide",
]

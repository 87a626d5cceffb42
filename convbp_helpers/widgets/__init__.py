"""What a reader can point at: thin skins over pure, tested functions.

Each widget is one Python file (plain traits: the state), one ES module (the drawing, no build step, nothing loaded
from elsewhere) and a style. `page` is what they all are; `shared.js`, and `rows` for those about one row, stand before
a widget's own module.
"""

from .duality_panels import DualityPanels
from .influence_explorer import InfluenceExplorer
from .padding_split import PaddingSplit
from .page import SettingError

__all__ = ["DualityPanels", "InfluenceExplorer", "PaddingSplit", "SettingError"]

"""What a reader can point at: thin skins over pure, tested functions.

Each widget is one Python file (plain traits: the state), one ES module (the drawing, no build step, nothing loaded
from elsewhere) and one style sheet. The widgets about one row share `rows`, which stands before their own module.
"""

from .duality_panels import DualityPanels
from .influence_explorer import InfluenceExplorer, SettingError
from .padding_split import PaddingSplit

__all__ = ["DualityPanels", "InfluenceExplorer", "PaddingSplit", "SettingError"]

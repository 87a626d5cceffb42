"""The checks that the notebooks' exercises call: `check_<name>(answer)` returns a `Report` that draws itself.

Each notebook's exercises stand in a file of its name. `predictions`, `functions` and `written` say how the three kinds
of answers are judged, `small_layers` has what functions are tried on, and `report` speaks. A check takes the answer as
its argument and reads nothing else.
"""

from .nb00_the_question import *
from .nb01_one_row import *
from .nb02_two_dimensions_and_the_flip import *
from .nb03_channels_and_filters import *
from .nb04_bias_and_batch import *
from .nb05_stride_and_leftovers import *
from .nb06_padding import *
from .nb07_dilation import *
from .nb08_groups_and_depthwise import *
from .nb09_the_whole_layer import *
from .nb10_one_matrix_one_gemm import *
from .nb11_break_it import *
from .nb12_train_a_network import *
from .nb13_reading_the_literature import *
from .nb14_the_same_layer_elsewhere import *
from .report import Report

__all__ = ["Report", *(name for name in dir() if name.startswith("check_"))]

for _name in __all__[1:]:  # a check that a call has made learns here what it is called
    _check = globals()[_name]
    _check.__name__, _check.__qualname__, _check.__module__ = _name, _name, __name__

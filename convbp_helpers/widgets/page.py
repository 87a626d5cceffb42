"""What every widget is: plain traits that hold together, a still picture, and a page that needs no kernel."""

from __future__ import annotations

import json
import math
import pathlib

import anywidget
import numpy as np
import traitlets

from ..figures import COLOURS
from ..geometry import integer

__all__ = ["SettingError", "Widget", "array_trait", "is_integer", "joined", "module", "whole"]

#: What stands over the picture that a front end shows where no kernel has made the widget yet.
STANDS_IN = "This is a picture of it. Run this cell, and you can point at its cells."
HERE = pathlib.Path(__file__).parent


def joined(kind, *names) -> str:
    """The files of these names, one after the other: one ES module ("js"), or one style ("css")."""
    return "\n".join((HERE / f"{name}.{kind}").read_text(encoding="utf-8") for name in names)


def module(widget, *names) -> str:
    """The ES module of a widget: its files, and what a front end asks for. `widget` is its name there."""
    exports = f"export const render = (page) => mount(page, {widget});\nexport default {{ render }};\n"
    return f"{joined('js', *names)}\n{exports}"


class SettingError(traitlets.TraitError, ValueError):
    """A setting that no layer can have, or a value that does not fit the layer. Says the rule, the numbers, the fix."""


def is_integer(value) -> bool:
    """Whether it is an integer, which a bool is not."""
    try:
        integer(value, "", -math.inf)
    except TypeError:
        return False
    return True


def whole(value, name, least, most=None) -> int:
    """An int from `least` to `most`, or a SettingError."""
    try:
        value = integer(value, name, -math.inf)
    except TypeError as error:
        raise SettingError(str(error)) from None
    if value < least or (most is not None and value > most):
        limits = f"at least {least}" if most is None else f"from {least} to {most}"
        raise SettingError(f"{name} must be {limits}; got {value}")
    return value


class ArrayTrait(traitlets.TraitType):
    """A numpy array that travels to the browser as nested lists; its shape is checked by the widget."""

    default_value = np.zeros(0)

    def validate(self, obj, value):
        try:
            array = np.array(value, dtype=float)
        except (TypeError, ValueError):
            raise SettingError(f"{self.name} must be an array of real numbers; got {value!r}") from None
        # replaced, never mutated: the browser would not hear of a change in place
        array.flags.writeable = False
        return array


def array_trait():
    return ArrayTrait().tag(
        sync=True, to_json=lambda a, w: a.tolist(), from_json=lambda a, w: np.array(a, dtype=float)
    )


class Widget(anywidget.AnyWidget):
    """State in plain traits, a sentence, a still picture, and a page that needs no kernel.

    Settings hold together: whether one is possible depends on the others, and the arrays follow them. A widget names
    its settings and arrays in `_SETTINGS` and `_ARRAYS`, and has

    - `_canonical(**settings)`: the settings as they are kept, or a SettingError that says why no layer has them;
    - `_shapes_of(**settings)`: the shape of each array, and of what else has cells;
    - `_default(name, shape)`, `_fitted(name, value, shape)`, `_refit(name, old, shape)`: an array of this shape, with
      the values it starts with, with those given, with those that it had in another shape;
    - `_follow(name, shapes)`: what else changes after the setting `name`.
    """

    _colours = traitlets.Dict().tag(sync=True)
    _STATE = ()  # the names of the traits that a page needs
    _TITLE = ""
    _SETTINGS = _ARRAYS = ()

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "_SETTINGS" in vars(cls):  # traitlets is told the names when a class is made
            cls._valid_settings = traitlets.validate(*cls._SETTINGS)(Widget._valid_setting)
            if cls._ARRAYS:
                cls._valid_arrays = traitlets.validate(*cls._ARRAYS)(Widget._valid_array)

    def __init__(self, **traits):
        super().__init__(**traits, _colours=dict(COLOURS))
        self.observe(self._after_setting, self._SETTINGS)

    @classmethod
    def _starting(cls, settings: dict, arrays: dict) -> tuple[dict, dict]:
        """Settings and arrays as traits, the arrays that are not given with their default values; and all shapes."""
        settings = cls._canonical(**settings)
        shapes = cls._shapes_of(**settings)
        start = lambda name, value: (  # noqa: E731
            cls._default(name, shapes[name]) if value is None else cls._fitted(name, value, shapes[name])
        )
        return settings | {name: start(name, value) for name, value in arrays.items()}, shapes

    @property
    def _settings(self) -> dict:
        return {name: getattr(self, name) for name in self._SETTINGS}

    @property
    def _shapes(self) -> dict:
        return self._shapes_of(**self._settings)

    def _valid_setting(self, proposal):
        name = proposal["trait"].name
        return self._canonical(**self._settings | {name: proposal["value"]})[name]

    def _valid_array(self, proposal):
        name = proposal["trait"].name
        value = self._fitted(name, proposal["value"], self._shapes[name])
        value.flags.writeable = False
        return value

    def _after_setting(self, change):
        """The arrays get their new shapes, and what else depends on the setting follows."""
        shapes = self._shapes
        with self.hold_sync():
            for name in self._ARRAYS:
                if getattr(self, name).shape != shapes[name]:
                    setattr(self, name, self._refit(name, getattr(self, name), shapes[name]))
            self._follow(change["name"], shapes)

    def _repr_mimebundle_(self, **kwargs):
        live = super()._repr_mimebundle_(**kwargs)
        live = (live[0] if isinstance(live, tuple) else live) or {}
        still = f'<p style="margin:0 0 0.4em 5px"><em>{STANDS_IN}</em></p>{self.picture()._repr_html_()}'
        return {"text/plain": repr(self), "text/html": still} | {
            kind: data for kind, data in live.items() if kind not in ("text/plain", "text/html")
        }

    def _now(self, *names) -> dict:
        """These traits, as they travel to a page."""
        values = {name: getattr(self, name) for name in names}
        return {n: v.tolist() if isinstance(v, np.ndarray) else v for n, v in values.items()}

    def _state(self) -> dict:
        return self._now(*self._STATE, "_colours")

    def export_html(self, path=None, *, overwrite=False, title=None):
        """One page that works without a kernel and without a network, opened from a folder.

        Returns the page's text, or writes it to `path` and returns the path. An existing file is kept unless
        `overwrite=True`.
        """
        page = PAGE.format(
            title=(title or self._TITLE).replace("&", "&amp;").replace("<", "&lt;"),
            css=self._css,
            module=self._esm.replace("</script", "<\\/script"),
            state=json.dumps(self._state(), ensure_ascii=False).replace("<", "\\u003c"),
        )
        if path is None:
            return page
        path = pathlib.Path(path)
        if path.exists() and not overwrite:
            raise FileExistsError(
                f"{path} exists and is kept; give another name, or overwrite=True to replace it"
            )
        path.write_text(page, encoding="utf-8")
        return path


PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ margin: 1rem auto; max-width: 1200px; padding: 0 1rem; }}
{css}
</style>
<body class="cbp-page">
<main id="explorer"></main>
<script type="module">
{module}
const state = {state};
const model = standIn(state);
render({{ model, el: document.getElementById("explorer") }});
</script>
</body>
</html>
"""

"""What every widget is: plain traits, a still picture beside the live one, and a page that needs no kernel."""

from __future__ import annotations

import json
import pathlib

import anywidget
import numpy as np
import traitlets

__all__ = ["SettingError", "Widget", "array_trait", "joined"]

HERE = pathlib.Path(__file__).parent


def joined(kind, *names) -> str:
    """The files of these names, one after the other: one ES module ("js"), or one style ("css")."""
    return "\n".join((HERE / f"{name}.{kind}").read_text(encoding="utf-8") for name in names)


class SettingError(traitlets.TraitError, ValueError):
    """A setting that no layer can have, or a value that does not fit the layer. Says the rule, the numbers, the fix."""


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
    """State in plain traits, a sentence, a still picture, and a page that needs no kernel."""

    _colours = traitlets.Dict().tag(sync=True)
    _STATE = ()  # the names of the traits that a page needs
    _TITLE = ""

    def _repr_mimebundle_(self, **kwargs):
        live = super()._repr_mimebundle_(**kwargs)
        live = (live[0] if isinstance(live, tuple) else live) or {}
        return {"text/plain": repr(self), "text/html": self.picture()._repr_html_()} | {
            kind: data for kind, data in live.items() if kind not in ("text/plain", "text/html")
        }

    def _state(self) -> dict:
        state = {name: getattr(self, name) for name in (*self._STATE, "_colours")}
        return {n: v.tolist() if isinstance(v, np.ndarray) else v for n, v in state.items()}

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
// The stand-in for the kernel: a model that keeps the state and tells its listeners.
const state = {state};
const listeners = {{}};
const model = {{
  get: (name) => state[name],
  set(name, value) {{
    if (JSON.stringify(state[name]) === JSON.stringify(value)) return;
    state[name] = value;
    for (const tell of listeners["change:" + name] ?? []) tell();
  }},
  on(name, tell) {{ (listeners[name] ??= []).push(tell); }},
  off() {{}},
  save_changes() {{}},
}};
render({{ model, el: document.getElementById("explorer") }});
</script>
</body>
</html>
"""

"""Sphinx's settings. Everything is on this machine: no page asks for anything from elsewhere."""

import os
import re

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

project = "Backprop through convolution"
author = ""
language = "en"
extensions = ["myst_nb"]
exclude_patterns = ["_doctrees"]

html_theme = "sphinx_book_theme"
html_title = project
html_static_path = ["_static"]
html_css_files = ["widgets/frame.css", "site.css"]  # the first has the letters' colours in the dark
html_js_files = ["live.js"]
html_copy_source = html_show_sourcelink = False
html_show_copyright = html_show_sphinx = False
html_context = {"default_mode": "auto"}
html_theme_options = {
    "navbar_persistent": [],
    "show_toc_level": 2,
    "show_navbar_depth": 1,
    "home_page_in_toc": True,
    "use_download_button": False,
    "use_fullscreen_button": False,
    "repository_url": f"https://github.com/{os.environ['CONVBP_REPO']}"
    if os.environ.get("CONVBP_REPO")
    else "",
    "use_repository_button": bool(os.environ.get("CONVBP_REPO")),
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
html_baseurl = os.environ.get("CONVBP_URL", "")

nb_execution_mode = "off"
nb_render_markdown_format = "myst"
nb_merge_streams = True
nb_ipywidgets_js = {}  # the pages have widgets of their own, which ask for nothing
myst_enable_extensions = ["dollarmath", "amsmath", "attrs_inline"]
myst_dmath_allow_labels = False
myst_dmath_double_inline = True
myst_links_external_new_tab = False
#: as Jupyter makes the anchor of a heading, so that links lead to the same place here and there
myst_heading_anchors = 4
myst_heading_slug_func = "slugs.jupyter_slug"
smartquotes = False

mathjax_path = "mathjax/tex-mml-chtml.js"
myst_update_mathjax = False
mathjax3_config = {
    "tex": {"inlineMath": [["\\(", "\\)"], ["$", "$"]], "processEscapes": True, "useLabelIds": False},
    "options": {
        "processHtmlClass": "tex2jax_process|mathjax_process|math|output_area|cell_output",
        "ignoreHtmlClass": "tex2jax_ignore|mathjax_ignore|document",
        "enableMenu": False,
    },
}


class AsTyped(SphinxPostTransform):
    """A display goes to MathJax as it is typed: Sphinx would put it into an environment in which no \\tag may stand."""

    default_priority = 100

    def run(self, **kwargs):
        for node in self.document.findall(nodes.math_block):
            text = node.astext().strip()
            if not re.match(r"\\begin\{(align|equation|gather)\*?\}", text):
                text = rf"\[{text}\]"
            node.children = [nodes.Text(text)]
            node["no-wrap"] = node["nowrap"] = True


def setup(app):
    app.add_post_transform(AsTyped)

"""JupyterLab itself, as the other tests here find it."""

import sys


def test_jupyterlab_asks_nothing(show):
    """The shared JupyterLab opens a notebook on this environment's kernel, in the theme asked for."""
    notebook = show("dark", 1300, "import sys; print('kernel', sys.prefix)")
    page = notebook.page
    assert page.get_attribute("body", "data-jp-theme-light") == "false"
    page.wait_for_selector(".jp-OutputArea-output >> text=kernel")
    assert sys.prefix in page.inner_text(".jp-OutputArea-output")
    assert page.locator("text=/Would you like|news/i").count() == 0

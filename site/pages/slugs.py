"""The anchor of a heading as Jupyter makes it."""


def jupyter_slug(title: str) -> str:
    return title.replace(" ", "-")

"""The static site, from the committed notebooks: `make site`, or with an address `make site URL=... REPO=owner/name`.

    python site/pages/build.py [--url https://host/path] [--repo owner/name] [--out build/site]

Every page works from a folder (file://) and from any static host, and asks for nothing from elsewhere.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import nbformat

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import addresses  # noqa: E402
import front_page  # noqa: E402
import links  # noqa: E402
import live_widgets  # noqa: E402
import source  # noqa: E402

MARK = ".nojekyll"  #: in each site that this command has made; it tells GitHub Pages to serve the files as they are
CARD = source.ROOT / "build" / "card"  #: where `make card` puts it

#: of MathJax, what a page loads: the component, what it asks for where an equation needs it (colours), and the fonts
MATHJAX = ("tex-mml-chtml.js", "input/tex/extensions", "output/chtml/fonts/woff-v2")


def sources(folder: Path, address: addresses.Address, card: bool) -> None:
    """Write what Sphinx reads into a folder: pages, widgets, static files."""
    notebooks = source.series()
    stands = source.where_equations_stand(notebooks)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = list(pool.map(lambda one: live_widgets.parts_of(one, source.NOTEBOOKS), notebooks))
    for notebook, parts in zip(notebooks, found, strict=True):
        live = {number: live_widgets.element(one) for number, one in parts.items()}
        ways = addresses.ways_to_run(notebook.name, address)
        to_try = addresses.where_to_try(notebook.name, address)
        book = source.page(notebook, notebooks, stands, live, ways, to_try)
        nbformat.write(book, folder / f"{notebook.name}.ipynb")
    front = front_page.text(notebooks, stands, found, card, addresses.ways_to_run_all(address))
    (folder / "index.md").write_text(front, encoding="utf-8")
    static = folder / "_static"
    shutil.copytree(HERE / "static", static)
    shutil.copyfile(HERE.parent / "answer_card" / "answer-card.png", static / "answer-card.png")
    shutil.copytree(source.NOTEBOOKS / "images", folder / "images")
    (static / "widgets").mkdir()
    shutil.copyfile(live_widgets.FRAME, static / "widgets" / "frame.css")
    live_widgets.write_scripts([one for parts in found for one in parts.values()], static / "widgets")
    mathjax = Path(find_spec("sphinx-mathjax-offline").origin).parent / "static" / "mathjax"
    for name in MATHJAX:
        copy = shutil.copytree if (mathjax / name).is_dir() else shutil.copyfile
        (static / "mathjax" / name).parent.mkdir(parents=True, exist_ok=True)
        copy(mathjax / name, static / "mathjax" / name)
    for name in ("conf.py", "slugs.py"):
        shutil.copyfile(HERE / name, folder / name)


def downloads(folder: Path, address: addresses.Address) -> None:
    """The notebooks themselves, to be downloaded; where the repository is known, the form for Colab too."""
    for path in sorted(source.NOTEBOOKS.glob("[0-9]*.ipynb")):
        (folder / "notebooks").mkdir(exist_ok=True)
        shutil.copyfile(path, folder / "notebooks" / path.name)
        if address.repo:
            (folder / "colab").mkdir(exist_ok=True)
            book = addresses.for_colab(nbformat.read(path, as_version=4), address)
            nbformat.write(book, folder / "colab" / path.name)


def sphinx(folder: Path, out: Path, address: addresses.Address) -> str:
    """Run Sphinx; what it warned of, of which there must be nothing."""
    environ = dict(os.environ, CONVBP_URL=address.url, CONVBP_REPO=address.repo, PYTHONPATH=str(folder))
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-q", "-j", "2", "-d", str(folder / "_doctrees")]
    run = subprocess.run([*command, str(folder), str(out)], env=environ, stderr=subprocess.PIPE, text=True)
    if run.returncode:
        sys.exit(f"Sphinx failed:\n{run.stderr}")
    return run.stderr


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--url", default="", help="the address at which the site will stand")
    parser.add_argument("--repo", default="", help="owner/name of the public repository")
    parser.add_argument("--out", type=Path, default=source.ROOT / "build" / "site")
    given = parser.parse_args(arguments)
    address = addresses.Address.of(given.url, given.repo)
    made = given.out / MARK
    if given.out.exists() and any(given.out.iterdir()) and not made.exists():
        sys.exit(f"{given.out} holds files that this command did not make. Give another folder: --out FOLDER")
    shutil.rmtree(given.out, ignore_errors=True)
    given.out.mkdir(parents=True)
    made.touch()
    card = (CARD / "answer-card.pdf").exists()
    with tempfile.TemporaryDirectory() as folder:
        sources(Path(folder), address, card)
        warnings = sphinx(Path(folder), given.out, address)
    downloads(given.out, address)
    if card:
        shutil.copytree(CARD, given.out / "card")
    for template in (given.out / "_static").glob("*-macros.html"):  # the theme's, of no use to a reader
        template.unlink()
    faults = [
        *re.sub(r"^.*/(?=[^/]+:)", "", warnings, flags=re.MULTILINE).split("\n"),
        *links.faults(given.out),
    ]
    if faults := [line for line in faults if line.strip()]:
        print("\n".join(faults), file=sys.stderr)
        print(f"The site was built, with the {len(faults)} faults above.", file=sys.stderr)
        return 1
    print(f"The site is in {given.out}: open index.html there, or put the folder on any static host.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

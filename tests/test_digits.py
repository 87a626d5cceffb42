"""digits/: the images are those that were published, split as it says, and read from wherever the package is."""

import hashlib
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import numpy as np

from convbp_helpers import digits

FOLDER = Path(digits.__file__).parent
ROOT = FOLDER.parent.parent
DATA = digits.load()


def held():
    with np.load(FOLDER / "digits.npz") as file:  # no pickle: np.load refuses it unless asked
        return file["images"], file["labels"]


def test_the_file_holds_what_was_published():
    images, labels = held()
    assert images.shape == (1797, 8, 8) and images.dtype == np.uint8 and labels.shape == (1797,)
    assert images.min() == 0 and images.max() == 16
    assert np.bincount(labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    total = hashlib.sha256(images.tobytes() + labels.tobytes()).hexdigest()
    assert total in (FOLDER / "SOURCE.md").read_text("utf-8")
    assert total == "87ff0c9e40dc7e2c0e34e7257799c2e3f3aec1a016363bb11cad869ec428a826"


def test_shapes_and_values():
    for x, y, number in ((DATA.train_x, DATA.train_y, 1437), (DATA.test_x, DATA.test_y, 360)):
        assert x.shape == (number, 1, 8, 8) and x.dtype == np.float32 and y.shape == (number,)
        assert x.min() == 0 and x.max() == 1 and np.array_equal(x * 16, np.round(x * 16))
        assert np.issubdtype(y.dtype, np.integer)


def test_the_classes_are_balanced():
    assert np.bincount(DATA.test_y).tolist() == [36] * 10
    of_each = np.bincount(DATA.train_y)
    assert len(of_each) == 10 and of_each.min() == 138 and of_each.max() == 147


def test_every_image_is_in_one_part_and_no_drawing_is_in_both():
    images, labels = held()
    rows = {(image.tobytes(), int(label)) for image, label in zip(images, labels, strict=True)}
    train, test = (
        [((16 * image).astype(np.uint8).tobytes(), int(label)) for image, label in zip(x, y, strict=True)]
        for x, y in ((DATA.train_x, DATA.train_y), (DATA.test_x, DATA.test_y))
    )
    assert len(rows) == len(images), "no image is there twice"
    assert set(train) | set(test) == rows and not set(train) & set(test)


def test_the_split_is_the_one_written_down():
    images, labels = held()
    of_three = np.flatnonzero(labels == 3)
    expected = [images[of_three[t * len(of_three) // 36]] for t in range(36)]
    assert np.array_equal(DATA.test_x[DATA.test_y == 3, 0] * 16, expected)


def test_each_call_gives_new_arrays():
    changed, again = digits.load(), digits.load()
    changed.train_x[:] = 0
    assert np.array_equal(again.train_x, DATA.train_x) and np.array_equal(again.test_y, DATA.test_y)


def test_the_package_holds_the_file():
    hatch = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"]
    assert hatch["wheel"] == {"packages": ["convbp_helpers"]}, "everything below that folder is packed"
    assert "convbp_helpers" in hatch["sdist"]["include"]
    names = [str((FOLDER / name).relative_to(ROOT)) for name in ("digits.npz", "SOURCE.md")]
    ignored = subprocess.run(["git", "check-ignore", *names], cwd=ROOT, capture_output=True, text=True)
    assert not ignored.stdout, "hatch packs no file that git ignores"


def test_read_where_there_is_no_folder(tmp_path):
    """From a zip file, as resources are read."""
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as packed:
        for name in ("__init__.py", "digits.npz"):
            packed.write(FOLDER / name, f"digits/{name}")
    code = "import digits; print(digits.__file__, digits.load().train_x.shape)"
    got = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(tmp_path / "packed.zip")},
        capture_output=True,
        text=True,
    )
    assert "packed.zip" in got.stdout and got.stdout.endswith("(1437, 1, 8, 8)\n"), got.stderr


def test_source_gives_authors_identifier_and_licence():
    text = (FOLDER / "SOURCE.md").read_text("utf-8")
    for word in (
        "Alpaydin",
        "Kaynak",
        "10.24432/C50P49",
        "CC BY 4.0",
        "creativecommons.org/licenses/by/4.0",
        "changed",
    ):
        assert word in text, word

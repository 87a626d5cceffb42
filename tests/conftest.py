"""What the tests share: PyTorch where it is, what runs beside what, and what is slow."""

import os

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # read when numpy is imported, here and in the kernels; a core is a worker's

import hypothesis  # noqa: E402
import pytest  # noqa: E402

pytest.register_assert_rewrite("closing_table")
from closing_table import missing, oracle  # noqa: E402

pytest_plugins = ["closing_table", "pytester"]

hypothesis.settings.register_profile("convbp", deadline=None)
hypothesis.settings.load_profile("convbp")


def pytest_configure(config):
    import matplotlib

    matplotlib.use("Agg")
    os.environ.pop("MPLBACKEND", None)  # a kernel draws inline, as it does for a reader
    os.environ.pop("JUPYTER_PATH", None)
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"  # `python3` is this environment's kernel
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    config.addinivalue_line("markers", "slow(why): what `make quick` leaves out (conftest.py says what)")


# -- what runs beside what, and what is slow ---------------------------------------------------------

#: What `make quick` leaves out beside the tests in a browser, and why.
SLOW = {
    "test_with_other_seeds_too": "trainings of the network of notebook 12",
    "test_every_single_change_is_rejected": "mutations of the equations on the pages",
    "test_every_change_of_a_right_equation_is_seen": "mutations of right equations",
    "test_random_layers": "random layers against PyTorch",
    "test_notebook_gives_what_is_stored": "notebooks under Pyodide",
    "test_import": "notebooks under Pyodide",
    "test_round_trip_of_solutions_and_blanks": "the course, graded by nbgrader",
    "test_typical_mistakes_get_part_of_the_points_and_a_diagnosis": "the course, graded by nbgrader",
    "test_hostile_cells_cost_their_own_points_and_no_others": "the course, graded by nbgrader",
    "test_what_is_handed_in_runs_apart": "the course, graded by nbgrader",
    "test_a_class_at_once_and_a_server_that_is_killed": "a class on a JupyterHub",
    "test_wrong_passwords_and_other_names": "a class on a JupyterHub",
    "test_memory_kernels_and_servers_of_others": "a class on a JupyterHub",
    "test_a_hub_that_is_killed_finds_the_servers_again": "a class on a JupyterHub",
    "test_a_hub_that_is_ended_takes_the_servers_along": "a class on a JupyterHub",
    "test_planted_faults": "notebooks under Pyodide",
}
BROWSER = "tests/browser/"
PUBLISHED = (
    "test_site_pages.py",
    "test_browser_answer_card.py",
    "test_browser_edition.py",
    "test_browser_feedback.py",
    "test_browser_hub.py",
)  # need no JupyterLab
ORACLE = (
    "tests/test_oracle.py",
    "tests/test_transposed.py",
    "tests/test_layers.py",
    "tests/test_library_statements.py",
)  # PyTorch is loaded once
MOST_WORKERS = 4  # more have nothing to do: the tests in a browser take longer than a quarter of all


def group_of(nodeid):
    """What one worker runs in a row: a file, and so a notebook; all tests in JupyterLab, and all that ask PyTorch."""
    file = nodeid.split("::")[0]
    if file.startswith(BROWSER) and file.endswith(PUBLISHED):
        return file
    if nodeid.startswith(BROWSER):
        return BROWSER
    return ORACLE[0] if file in ORACLE else file


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    slow = set()
    for item in items:
        group, name = group_of(item.nodeid), item.nodeid.split("::")[-1].split("[")[0]
        why = "in a browser" if item.nodeid.startswith(BROWSER) else SLOW.get(name)
        if why:
            item.add_marker(pytest.mark.slow(why))
            slow.add(group)
    if hasattr(config, "workerinput"):  # what takes longest begins first
        items.sort(key=lambda item: (group_of(item.nodeid) != BROWSER, group_of(item.nodeid) not in slow))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers():
    """`-n auto`, as `make test` says."""
    return min(os.cpu_count() or 1, MOST_WORKERS)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """By `group_of`. (The marks that xdist 3.8 has for groups are not seen under pytest 9.2.)"""
    from xdist.scheduler import LoadScopeScheduling

    class Groups(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return group_of(nodeid)

    config.option.loadscopereorder = False  # they begin in the order of collection
    return Groups(config, log)


# -- what may be missing -----------------------------------------------------------------------------


@pytest.fixture(scope="session")
def torch():
    """The module `torch`, the oracle."""
    return oracle()


@pytest.fixture(scope="session")
def pyodide():
    """The folder of the tested Pyodide, whole."""
    from edition import tested

    folder = tested()
    if folder is None:
        missing(
            "pyodide", "no Pyodide in .pyodide/ (make lite ARGS=--fetch gets it, and the edition's tools)"
        )
    return folder

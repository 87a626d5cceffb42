"""JupyterHub for a class on one machine. serve.py checks the settings, puts them into the environment, and starts it.

Every student's server runs as the system user who started the hub. So students can read each other's files, and
the hub's: this is for trying it out, and for a class that trusts each other. What is kept apart is what one does
by accident: each has an address, a home, a login and limits of their own.
"""

import os
import resource
import sys
from pathlib import Path

from jupyterhub.spawner import SimpleLocalProcessSpawner

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import handout  # noqa: E402

c = get_config()  # noqa: F821 - JupyterHub puts it there

FOLDER = Path(os.environ["HUB_FOLDER"])
HOMES = FOLDER / "homes"
RELEASE = Path(os.environ["HUB_RELEASE"])
PORT = int(os.environ["HUB_PORT"])
STUDENTS = set(filter(None, os.environ["HUB_STUDENTS"].split(",")))

# -- where it listens: what is not for the browser stays on this machine
c.JupyterHub.bind_url = f"http://{os.environ['HUB_IP']}:{PORT}"
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{PORT + 1}"  # fixed, so that servers find a hub started again
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{PORT + 2}"
c.ConfigurableHTTPProxy.command = [handout.node(), str(handout.PROXY)]
c.ConfigurableHTTPProxy.pid_file = str(FOLDER / "proxy.pid")

# -- what it keeps
c.JupyterHub.db_url = f"sqlite:///{FOLDER / 'hub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(FOLDER / "cookie_secret")
c.JupyterHub.pid_file = str(FOLDER / "hub.pid")

# -- who may come in: whoever has the password, under the names given or, without such, any plain name
c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = os.environ["HUB_PASSWORD"]
c.Authenticator.username_pattern = handout.NAME + r"\Z"  # JupyterHub looks at the beginning alone
c.Authenticator.allowed_users = STUDENTS
c.Authenticator.allow_all = not STUDENTS
c.JupyterHub.template_vars = {
    "announcement_login": "Your name: small letters, digits, - and _, without a blank; the same one each time."
}


class Student(SimpleLocalProcessSpawner):
    """A server as a process of this machine, whose memory ends at `mem_limit`, and that of each of its kernels too."""

    def make_preexec_fn(self, name):
        go_home, limit = super().make_preexec_fn(name), self.mem_limit

        def before():
            go_home()
            if sys.platform == "linux":  # macOS has no such limit
                resource.setrlimit(resource.RLIMIT_AS, (limit, limit))  # what it starts inherits this

        return before

    def load_state(self, state):
        """After a hub that was killed: the server goes on. If its number is another program's by now, it does not."""
        super().load_state(state)
        if self.pid and "jupyterhub.singleuser" not in handout.commands().get(self.pid, ""):
            self.pid = 0


# -- a student's server
c.JupyterHub.spawner_class = Student
c.SimpleLocalProcessSpawner.home_dir_template = str(HOMES / "{username}")
c.Spawner.pre_spawn_hook = lambda spawner: handout.hand_out(RELEASE, HOMES / spawner.user.name)
c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
c.Spawner.args = [f"--config={HERE / 'student_config.py'}"] + ["--allow-root"] * (os.geteuid() == 0)
c.Spawner.default_url = handout.first(RELEASE)
c.Spawner.environment = {
    "JUPYTER_PREFER_ENV_PATH": "1",  # `python3` is this environment's kernel
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    "OPENBLAS_NUM_THREADS": "1",  # cores are shared, and each thread takes of the memory below
    "OMP_NUM_THREADS": "1",
}
c.Spawner.poll_interval = 5  # seconds until the hub notices that a server has died

# -- limits
c.Spawner.mem_limit = os.environ["HUB_MEMORY"]  # of addresses, for each process; README.md has the figures
c.JupyterHub.allow_named_servers = False  # a student has one server; student_config.py says how many kernels
c.JupyterHub.active_server_limit = int(os.environ["HUB_SERVERS"])  # who comes later is told to try again
c.JupyterHub.concurrent_spawn_limit = int(os.environ["HUB_SERVERS"])  # a class logs in at the same minute
c.Spawner.start_timeout = c.Spawner.http_timeout = 300  # for that minute: README.md has the figures

# -- whoever has been away for an hour: the server ends, the home stays
c.JupyterHub.services = [
    {
        "name": "idle-culler",
        "command": [
            *[sys.executable, "-m", "jupyterhub_idle_culler", "--timeout=3600"],
            f"--url=http://127.0.0.1:{PORT + 1}/hub/api",
        ],
    }
]
c.JupyterHub.load_roles = [
    {
        "name": "idle-culler",
        "services": ["idle-culler"],
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
    }
]

# -- Ctrl-C ends the students' servers too; a hub that was killed finds them again when it is started
c.JupyterHub.cleanup_servers = True
c.JupyterHub.cleanup_proxy = True

"""A student as the hub sees one: logs in at the login page, and works on the server that the hub starts.

Cookies and forms are those of a browser: no token is used. Kernels are spoken to as JupyterLab does, through the
proxy, over a websocket.
"""

from __future__ import annotations

import asyncio
import json
import re
import time

import httpx
import nbformat
from jupyter_client.session import Session
from nbformat.v4 import output_from_msg
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

PATIENCE = 300  # seconds until something that should happen counts as never happening


class Refused(Exception):
    """The hub or a server said no; `status` is what it answered."""

    def __init__(self, response: httpx.Response):
        self.status = response.status_code
        super().__init__(
            f"{response.request.method} {response.url}: {response.status_code} {response.text[:300]}"
        )


class KernelDied(Exception):
    """The kernel, or the server in front of it, went away in the middle."""


class Student:
    def __init__(self, hub: str, name: str, password: str):
        self.hub, self.name, self.password = hub, name, password
        self.http = httpx.AsyncClient(base_url=hub, follow_redirects=True, timeout=PATIENCE, trust_env=False)
        self.base = f"/user/{name}/"

    async def close(self) -> None:
        await self.http.aclose()

    # -- the hub -----------------------------------------------------------------------------------------

    async def login(self) -> None:
        """Fill in the form of the login page."""
        page = await self.http.get("/hub/login")
        form = dict(username=self.name, password=self.password, _xsrf=self.xsrf("/hub/"))
        sent = await self.http.post("/hub/login?next=%2Fhub%2Fhome", data=form)
        if page.status_code != 200 or sent.status_code != 200 or sent.url.path != "/hub/home":
            raise Refused(sent)

    async def start(self) -> None:
        """Ask for the server, as the page after the login does, and wait until it is there."""
        began = time.monotonic()
        response = await self.http.get("/hub/spawn")
        while "/hub/spawn-pending/" in response.url.path:
            if response.status_code != 200 or time.monotonic() - began > PATIENCE:
                raise Refused(response)
            await asyncio.sleep(0.5)
            response = await self.http.get(f"/hub/spawn-pending/{self.name}")
        if response.status_code != 200 or not response.url.path.startswith(self.base):
            raise Refused(response)

    async def stop(self) -> None:
        """Stop the server, and wait until the hub says that it is gone."""
        address = f"/hub/api/users/{self.name}/server"
        response = await self.http.delete(address, headers=self.headers("/hub/"))
        if response.status_code not in (202, 204):
            raise Refused(response)
        began = time.monotonic()
        while not await self.stopped():
            if time.monotonic() - began > PATIENCE:
                raise Refused(response)
            await asyncio.sleep(0.2)

    async def stopped(self) -> bool:
        """Whether the hub has no server of this student, nor one that is starting or stopping."""
        response = await self.http.get(f"/hub/api/users/{self.name}", headers=self.headers("/hub/"))
        if response.status_code != 200:
            raise Refused(response)
        return not response.json()["servers"]

    def xsrf(self, path: str) -> str:
        """The token that a form or a script of a page under `path` sends along."""
        found = [
            cookie.value for cookie in self.http.cookies.jar if cookie.name == "_xsrf" and cookie.path == path
        ]
        return found[0] if found else ""

    def headers(self, path: str) -> dict[str, str]:
        return {"X-XSRFToken": self.xsrf(path), "Referer": self.hub + path}

    # -- the server --------------------------------------------------------------------------------------

    async def ask(self, method: str, path: str, *, of: str = "", **given) -> httpx.Response:
        """The server's own API; `of` is whose, where it is another's."""
        base = f"/user/{of or self.name}/"
        response = await self.http.request(method, base + path, headers=self.headers(base), **given)
        if response.status_code >= 400 or not response.url.path.startswith(base):
            raise Refused(response)
        return response

    async def opened(self, path: str):
        """A notebook of the home."""
        return nbformat.from_dict((await self.ask("GET", f"api/contents/{path}")).json()["content"])

    async def save(self, path: str, book) -> None:
        await self.ask("PUT", f"api/contents/{path}", json=dict(type="notebook", format="json", content=book))

    async def kernel(self, path: str) -> Kernel:
        """Open a notebook's session: a kernel in its folder."""
        asked = dict(path=path, name=path, type="notebook", kernel=dict(name="python3"))
        session = (await self.ask("POST", "api/sessions", json=asked)).json()
        return await Kernel.connect(self, session["kernel"]["id"])

    async def run(self, path: str, halfway=None) -> int:
        """Open a notebook, run its code cells to the end, save it; how many were run. No cell may fail.

        `halfway()` is awaited before the second half of them.
        """
        book = await self.opened(path)
        kernel = await self.kernel(path)
        try:
            cells = [cell for cell in book.cells if cell.cell_type == "code"]
            for number, cell in enumerate(cells):
                if halfway and number == len(cells) // 2:
                    await halfway()
                cell.outputs = await kernel.execute(cell.source)
                errors = [output.ename for output in cell.outputs if output.output_type == "error"]
                if errors:
                    raise AssertionError(f"{self.name}: code cell {number} of {path}: {errors[0]}")
            await self.save(path, book)
        finally:
            kernel.close()
        return len(cells)


class Kernel:
    """A kernel behind the proxy. `execute` hands back the outputs as a notebook has them."""

    def __init__(self, socket):
        self.socket, self.session = socket, Session()

    @classmethod
    async def connect(cls, student: Student, number: str) -> Kernel:
        path = f"{student.base}api/kernels/{number}/channels?_xsrf={student.xsrf(student.base)}"
        address = student.hub + path
        with_cookies = student.http.build_request("GET", address)
        headers = {"Cookie": with_cookies.headers["Cookie"]}
        request = HTTPRequest(re.sub("^http", "ws", address), headers=headers, request_timeout=PATIENCE)
        return cls(await websocket_connect(request, max_message_size=2**28))

    async def execute(self, code: str) -> list:
        message = self.session.msg("execute_request", dict(code=code, allow_stdin=False, stop_on_error=True))
        asked = message["header"]["msg_id"]
        await self.socket.write_message(json.dumps(message | dict(channel="shell", buffers=[]), default=str))
        outputs, left = [], {"reply", "idle"}
        while left:
            text = await asyncio.wait_for(self.socket.read_message(), PATIENCE)
            if text is None:
                raise KernelDied("the websocket was closed")
            answer = json.loads(text)
            kind, content = answer["header"]["msg_type"], answer["content"]
            if kind == "status" and content["execution_state"] in ("restarting", "dead"):
                raise KernelDied(content["execution_state"])
            if answer["parent_header"].get("msg_id") != asked:
                continue
            if kind == "execute_reply":
                left.discard("reply")
            elif kind == "status" and content["execution_state"] == "idle":
                left.discard("idle")
            elif kind in ("stream", "display_data", "execute_result", "error"):
                outputs.append(output_from_msg(answer))
        return outputs

    def close(self) -> None:
        self.socket.close()

"""Run inside Pyodide by pyodide_run.mjs: JupyterLite's kernel runs cells, and hands back what each of them shows."""

import json
import time

import pyodide_kernel

SHELL, KERNEL = pyodide_kernel.ipython_shell, pyodide_kernel.kernel_instance
shown = []  # the outputs of the cell that runs, as a notebook has them


def stream(name, text):
    if shown and shown[-1].get("name") == name:
        shown[-1]["text"] += text
    else:
        shown.append({"output_type": "stream", "name": name, "text": text})


def bundle(kind, data):
    shown.append({"output_type": kind, "data": json.loads(json.dumps(data, default=str))})


pyodide_kernel.stdout_stream.publish_stream_callback = stream
pyodide_kernel.stderr_stream.publish_stream_callback = stream
SHELL.display_pub.display_data_callback = lambda data, metadata, transient: bundle("display_data", data)
SHELL.display_pub.update_display_data_callback = lambda data, metadata, transient: bundle("update", data)
SHELL.display_pub.clear_output_callback = lambda wait: shown.clear()
SHELL.displayhook.publish_execution_result = lambda number, data, metadata: bundle("execute_result", data)
SHELL.send_comm = lambda *message: None  # a widget speaks to a page; here is none
KERNEL._parent_header = {"header": {}}


async def run_notebook(sources):
    """What each of these cells shows, and how long it takes; in a namespace of their own."""
    SHELL.reset(new_session=True)
    cells = []
    for source in json.loads(sources):
        shown.clear()
        began = time.perf_counter()
        result = await KERNEL.run(source)
        if result["status"] == "error":
            wrong = {"ename": result["ename"], "evalue": result["evalue"]}
            shown.append({"output_type": "error", **wrong})
        cells.append({"ms": round(1000 * (time.perf_counter() - began)), "outputs": list(shown)})
    return json.dumps(cells)

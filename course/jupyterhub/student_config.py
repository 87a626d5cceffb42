"""The settings of each student's Jupyter server: how many kernels, and when an idle one is ended."""

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.web import HTTPError

KERNELS = 3


class Limited(AsyncMappingKernelManager):
    """No more than KERNELS kernels at a time, those that are being started among them."""

    starting = 0

    async def start_kernel(self, **given):
        if len(self) + self.starting >= KERNELS:
            text = (
                f"{KERNELS} kernels run already: shut one down first (File, or the list of running kernels)"
            )
            raise HTTPError(429, text, reason=text)
        self.starting += 1
        try:
            return await super().start_kernel(**given)
        finally:
            self.starting -= 1


c = get_config()  # noqa: F821 - Jupyter puts it there
c.ServerApp.kernel_manager_class = Limited
c.ServerApp.terminals_enabled = False
c.Limited.cull_idle_timeout = 3600
c.Limited.cull_interval = 300
c.Limited.cull_connected = True  # that of a tab left open as well; what was saved stays
c.LabApp.extension_manager = "readonly"  # what one installs would be there for all

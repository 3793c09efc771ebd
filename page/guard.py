"""What every request passes: only this page may ask, and the page asks nobody else."""

from __future__ import annotations

import ipaddress
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse

# Gradio's own scripts need inline code and eval; what matters is that nothing comes from or goes elsewhere.
_POLICY = (
    "default-src 'self' data: blob:; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Guard:
    """ASGI middleware. Turns away what another web site makes a browser send here (its Origin is not
    this host) and, where the page is for this machine only, names that were made to lead here (DNS
    rebinding). Where visitors may only read, nothing is taken from them either."""

    def __init__(self, app: Any, *, local: bool, changes: bool) -> None:
        self._app = app
        self._local = local
        self._changes = changes

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host, origin = headers.get("host", ""), headers.get("origin")
        if self._local and not is_loopback(urlsplit(f"//{host}").hostname or ""):
            await PlainTextResponse("This page is for this machine only.", 403)(scope, receive, send)
            return
        if origin is not None and scope["method"] not in ("GET", "HEAD") and urlsplit(origin).netloc != host:
            await PlainTextResponse("Another site may not ask here.", 403)(scope, receive, send)
            return
        if not self._changes and scope["path"].rstrip("/").endswith("/upload"):
            await PlainTextResponse("Files are not taken here.", 403)(scope, receive, send)
            return

        async def guarded(message: Any) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        await self._app(scope, receive, guarded)


def is_loopback(host: str) -> bool:
    """Whether a host, by name or number, is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

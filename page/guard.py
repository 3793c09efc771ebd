"""What every request passes: only this page may ask, and the page asks nobody else."""

from __future__ import annotations

import ipaddress
import socket
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
_LOCAL = "This page is for this machine only."
_NAMED = "This page does not answer to this name: use its IP address, or start Footnote with the name as --host."


class Guard:
    """ASGI middleware. Turns away what another web site makes a browser send here: its Origin is not
    this host, or it has made a name of its own lead here (DNS rebinding). Where visitors may only
    read, nothing is taken from them either. `host`: where the page listens."""

    def __init__(self, app: Any, *, host: str, changes: bool) -> None:
        self._app = app
        self._local = is_loopback(host)
        own = () if self._local else (host, "localhost", socket.gethostname(), socket.getfqdn())
        self._names = {name.lower() for name in own}
        self._changes = changes

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host, origin = headers.get("host", ""), headers.get("origin")
        if not self._is_here(host):
            why = _LOCAL if self._local else _NAMED
            await PlainTextResponse(why, 403)(scope, receive, send)
            return
        if origin is not None and scope["method"] not in ("GET", "HEAD") and origin.partition("://")[2] != host:
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

    def _is_here(self, host: str) -> bool:
        """Whether a Host header names this machine: by number, which no other site can make its own, or by name."""
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        return is_loopback(name) if self._local else name in self._names or _is_number(name)


def is_loopback(host: str) -> bool:
    """Whether a host, by name or number, is this machine."""
    return ipaddress.ip_address(host).is_loopback if _is_number(host) else host == "localhost"


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True

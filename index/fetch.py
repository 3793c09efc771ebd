"""Web pages by their address: fetched within limits, and not from private networks."""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import httpcore

from index.errors import ReadError

_SECONDS = 30.0  # in all
_LARGEST = 100 * 1024**2  # bytes
_REDIRECTS = 5
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # IPv6 addresses that lead to IPv4 ones
_KINDS = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/csv": ".csv",
    "application/pdf": ".pdf",
    "application/epub+zip": ".epub",
    "message/rfc822": ".eml",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.oasis.opendocument.text": ".odt",
}


@dataclass(frozen=True)
class Fetched:
    """What an address leads to: its bytes, and a name for a file of its kind."""

    data: bytes
    name: str


def fetch(url: str, *, allow_private: bool = False, seconds: float = _SECONDS) -> Fetched:
    """Get what is at an address (http or https), following at most five redirects.

    Every connection, that of a redirect too, is made to an address looked up here, and only to a
    public one unless `allow_private`. Raises ReadError when there is no such page, it is too
    large, or does not come within `seconds`.
    """
    end = time.monotonic() + seconds
    with httpcore.ConnectionPool(network_backend=_Guard(allow_private, end)) as pool:
        at = url
        for _ in range(_REDIRECTS + 1):
            if urlsplit(at).scheme not in ("http", "https"):
                raise ReadError(f"{url} leads to {at}, which is not on the web; save it to a file and add that.")
            try:
                with pool.stream("GET", _ascii(at), headers=_HEADERS) as response:
                    headers = {name.decode().lower(): value.decode("latin-1") for name, value in response.headers}
                    if response.status in (301, 302, 303, 307, 308) and "location" in headers:
                        at = urljoin(at, headers["location"])
                        continue
                    if response.status != 200:
                        raise ReadError(f"{url} is answered with the status {response.status}; check the address.")
                    return Fetched(_body(url, response), _name(at, headers.get("content-type", "")))
            except httpcore.TimeoutException:
                raise ReadError(f"{url} did not come within {seconds:.0f} seconds; try again later.") from None
            except (httpcore.NetworkError, httpcore.ProtocolError, OSError, ValueError) as error:
                raise ReadError(f"{url} cannot be reached ({error or type(error).__name__}); check it.") from None
    raise ReadError(f"{url} leads from page to page without an end; open it in a browser and add where it ends.")


_HEADERS: dict[bytes | str, bytes | str] = {"User-Agent": "Footnote", "Accept": "*/*", "Accept-Encoding": "identity"}


class _Guard(httpcore.NetworkBackend):
    """Connections to addresses that were looked up, judged, and are then used: a name that means
    another address a moment later (DNS rebinding) gains nothing."""

    def __init__(self, allow_private: bool, end: float) -> None:
        self._allow_private, self._end = allow_private, end
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        found = [str(item[4][0]) for item in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        if not self._allow_private and not all(map(_is_public, found)):
            raise ReadError(f"{host} is an address of a private network; allow it with --allow-private.")
        stream = self._backend.connect_tcp(found[0], port, _left(self._end), local_address, socket_options)
        return _Timed(stream, self._end)


class _Timed(httpcore.NetworkStream):
    """A connection that ends at a moment, of time.monotonic(), however slowly the other side drips."""

    def __init__(self, stream: httpcore.NetworkStream, end: float) -> None:
        self._stream, self._end = stream, end

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._end))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._end))

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Timed(self._stream.start_tls(ssl_context, server_hostname, _left(self._end)), self._end)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def close(self) -> None:
        self._stream.close()


def _left(end: float) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    if ip in _NAT64:
        inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.is_global and not ip.is_multicast and (inner is None or _is_public(str(inner)))


def _ascii(url: str) -> str:
    """An address in the letters that HTTP knows. Raises ValueError for one that is none."""
    from urllib.parse import quote

    parts = urlsplit(url)
    host = (parts.hostname or "").encode("idna").decode()
    if not host:
        raise ValueError("it names no host")
    host = f"[{host}]" if ":" in host else host
    port = f":{parts.port}" if parts.port else ""
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = f"?{quote(parts.query, safe='/%:@!$&()*+,;=~-._?')}" if parts.query else ""
    return f"{parts.scheme}://{host}{port}{path}{query}"


def _body(url: str, response: httpcore.Response) -> bytes:
    parts: list[bytes] = []
    size = 0
    for part in response.iter_stream():
        parts.append(part)
        size += len(part)
        if size > _LARGEST:
            raise ReadError(f"{url} is larger than {_LARGEST // 1024**2} MB, which is more than is read.")
    return b"".join(parts)


def _name(url: str, content_type: str) -> str:
    path = PurePosixPath(unquote(urlsplit(url).path))
    kind = content_type.partition(";")[0].strip().lower()
    return (path.stem or "page") + (_KINDS.get(kind) or path.suffix or ".html")

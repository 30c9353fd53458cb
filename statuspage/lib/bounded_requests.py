"""Requests to a server that nobody here controls: each bounded in time and size as a whole."""

import time
from io import BytesIO
from pathlib import Path
from typing import Final

import certifi
import pycurl
import requests
from requests.adapters import HTTPAdapter
from requests.utils import select_proxy
from urllib3 import HTTPResponse

MAX_BYTES: Final = 1 << 20


class BoundedAdapter(HTTPAdapter):
    """Send the requests of one session through libcurl, all within so many seconds.

    The timeouts of `requests` bound the wait for the next byte only: an answer that drips, in its
    headers or its body, never ends. libcurl's covers name, connection, headers and body.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._until = time.monotonic() + seconds

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: object = None,
        verify: bool | str = True,
        cert: object = None,
        proxies: dict[str, str] | None = None,
    ) -> requests.Response:
        """Return the complete answer.

        Raises:
            requests.Timeout: it was not complete in time.
            requests.ConnectionError: there was none, or it has more than MAX_BYTES.
        """
        left = self._until - time.monotonic()
        if left <= 0:
            raise requests.Timeout(request=request)
        body, headers = BytesIO(), list[str]()
        handle = _handle(request, left, verify, select_proxy(request.url or "", proxies))
        handle.setopt(pycurl.WRITEFUNCTION, lambda chunk: _write(body, chunk))
        handle.setopt(pycurl.HEADERFUNCTION, lambda line: headers.append(line.decode("latin-1")))
        try:
            handle.perform()
            status = handle.getinfo(pycurl.RESPONSE_CODE)
        except pycurl.error as error:
            late = error.args[0] == pycurl.E_OPERATION_TIMEDOUT
            raise (requests.Timeout if late else requests.ConnectionError)(
                f"curl {error.args[0]}", request=request
            ) from error
        finally:
            handle.close()
        body.seek(0)
        return self.build_response(
            request,
            HTTPResponse(
                body,
                _last(headers),
                status,
                preload_content=False,
                enforce_content_length=False,
            ),
        )


def _handle(
    request: requests.PreparedRequest, seconds: float, verify: bool | str, proxy: str | None
) -> pycurl.Curl:
    """Return a handle for one request, which follows no redirect: `requests` does."""
    handle = pycurl.Curl()
    authorities = verify if isinstance(verify, str) else certifi.where()
    headers = [f"{name}: {value!s}" for name, value in request.headers.items()]
    for option, value in (
        (pycurl.NOSIGNAL, 1),
        (pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1),
        (pycurl.URL, request.url),
        (pycurl.TIMEOUT_MS, max(1, int(seconds * 1000))),
        (pycurl.PROXY, proxy or ""),
        (pycurl.CAPATH if Path(authorities).is_dir() else pycurl.CAINFO, authorities),
        (pycurl.HTTPHEADER, [*headers, "Expect:"]),  # which would cost a round trip
        (pycurl.ACCEPT_ENCODING, ""),  # whatever libcurl can decode, before it is measured
    ):
        handle.setopt(option, value)
    if request.body is not None:
        handle.setopt(pycurl.POSTFIELDS, request.body)
    handle.setopt(pycurl.CUSTOMREQUEST, request.method)
    return handle


def _write(body: BytesIO, chunk: bytes) -> int:
    """Keep a part of the body; anything but its length ends the transfer."""
    return body.write(chunk) if body.tell() + len(chunk) <= MAX_BYTES else 0


def _last(lines: list[str]) -> dict[str, str]:
    """Return the headers of the answer itself: an interim one and a proxy's come before it.

    Not how the body was compressed: it is no more.
    """
    start = max(index for index, line in enumerate(lines) if line.startswith("HTTP/"))
    pairs = (line.partition(":") for line in lines[start + 1 :])
    return {
        name: value.strip()
        for name, colon, value in pairs
        if colon and name.lower() != "content-encoding"
    }

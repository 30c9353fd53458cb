"""A CMPP gateway that costs next to nothing: it takes everything, each after a fixed delay."""

import asyncio
import struct
import sys
from itertools import count

HEAD = struct.Struct(">III")
CONNECT, TERMINATE, SUBMIT, ACTIVE_TEST, ANSWER = 1, 2, 4, 8, 0x80000000
WIDE = 0x30


class Session(asyncio.Protocol):
    """One connection; answers are written in batches, at the time at which they are due."""

    ids = count(1)

    def __init__(self, delay: float) -> None:
        self._delay, self._rest = delay, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every whole frame."""
        self._rest += data
        answers, at = [], 0
        while len(self._rest) - at >= HEAD.size:
            length, command, sequence = HEAD.unpack_from(self._rest, at)
            if len(self._rest) - at < length:
                break
            body = self._answer(command, self._rest[at + HEAD.size : at + length])
            if body is not None:
                size = HEAD.size + len(body)
                answers.append(HEAD.pack(size, command | ANSWER, sequence) + body)
            at += length
        self._rest = self._rest[at:]
        if answers:
            loop = asyncio.get_running_loop()
            loop.call_later(self._delay, self._transport.write, b"".join(answers))

    def _answer(self, command: int, _body: bytes) -> bytes | None:
        if command == CONNECT:
            return bytes(4 + 16) + bytes([WIDE])
        if command == SUBMIT:
            return next(self.ids).to_bytes(8, "big") + bytes(4)
        return {ACTIVE_TEST: bytes(1), TERMINATE: b""}.get(command)


async def serve(port: int, delay: float) -> None:
    """Serve on a port until killed."""
    server = await asyncio.get_running_loop().create_server(
        lambda: Session(delay), "127.0.0.1", port, backlog=256
    )
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2]) / 1000))

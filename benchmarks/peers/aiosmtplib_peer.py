"""aiosmtplib, twenty connections that take readers from one iterator."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import aiosmtplib

from benchmarks.peers.material import CONNECTIONS, SENDER, Material, Reader


async def _send(material: Material, readers: Iterator[Reader]) -> None:
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=material.port) as server:
        for reader in readers:
            if material.raw:
                await server.sendmail(SENDER, reader.email, material.message)
            else:
                await server.send_message(material.build(reader))


async def _main() -> None:
    material = Material.from_command_line()
    readers = material.readers()
    await asyncio.gather(*(_send(material, readers) for _ in range(CONNECTIONS)))


asyncio.run(_main())

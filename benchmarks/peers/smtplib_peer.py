"""smtplib, one connection."""

from __future__ import annotations

import smtplib

from benchmarks.peers.material import SENDER, Material


def main() -> None:
    """Send to everybody on the list."""
    material = Material.from_command_line()
    with smtplib.SMTP("127.0.0.1", material.port) as server:
        for reader in material.readers():
            if material.raw:
                server.sendmail(SENDER, reader.email, material.message)
            else:
                server.send_message(material.build(reader))


main()

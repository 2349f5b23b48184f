"""mailmerge, its own command, with a template and a list in its form."""

from __future__ import annotations

import sys

from mailmerge.__main__ import main as mailmerge

from benchmarks.peers.material import FROM, SUBJECT, Material, Reader

_TEMPLATE = """\
TO: {{{{email}}}}
SUBJECT: {subject}
FROM: {sender}
{unsubscribing}
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="between"

--between
Content-Type: text/plain; charset=utf-8

{text}

--between
Content-Type: text/html; charset=utf-8

{html}

--between--
"""

_SERVER = "[smtp_server]\nhost = 127.0.0.1\nport = {port}\nsecurity = Never\n"


def main() -> None:
    """Write what it reads, and run it."""
    material = Material.from_command_line()
    placeholders = Reader("", "", "{{token}}").unsubscribing()
    template, server = material.folder / "mailmerge.txt", material.folder / "mailmerge.conf"
    text = _TEMPLATE.format(
        subject=SUBJECT,
        sender=FROM,
        unsubscribing="\n".join(f"{name}: {value}" for name, value in placeholders.items()),
        text=material.text,
        html=material.html,
    )
    template.write_text(text, encoding="utf-8")
    server.write_text(_SERVER.format(port=material.port), encoding="utf-8")
    options = f"--no-dry-run --no-limit --output-format raw --template {template} --config {server}"
    sys.argv[1:] = [*options.split(), "--database", str(material.folder / "list.csv")]
    mailmerge()


main()

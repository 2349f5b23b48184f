"""Other people's senders as processes: what they send, and how they are started."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from benchmarks.machine import HERE
from benchmarks.place import ISSUE, Place
from benchmarks.sendings import Sending, send
from benchmarks.shop import node, python


@dataclass(frozen=True, slots=True)
class Peer:
    """A sender of `peers/`, and how many messages take it a few seconds."""

    name: str
    kind: str
    """`raw`: the same ready bytes to everybody; `built`: a message for each reader."""
    messages: int

    def __call__(self, place: Place) -> Sending:
        """Send to the first readers of the place's list."""
        folder = _material(place, self.messages)
        command = partial(self._command, folder=folder)
        return send(command, self.messages, cwd=HERE.parent)

    def _command(self, port: int, folder: Path) -> list[str | Path]:
        words: list[str | Path] = [str(port), folder, self.kind]
        if self.name == "nodemailer":
            program, modules = node()
            return [program, HERE / "peers" / "nodemailer_peer.cjs", *words, modules]
        module = f"benchmarks.peers.{self.name.lower()}_peer"
        return [python(), "-m", module, *words]


def _material(place: Place, readers: int) -> Path:
    """Lay out one reader's message and both bodies, with places where the reader was."""
    folder = place.root / "material"
    folder.mkdir(exist_ok=True)
    message = place.message.read_bytes()
    (folder / "message.eml").write_bytes(message)
    token = re.search(r"/u/(\w+)>", message.decode("ascii"))
    if token is None:
        raise RuntimeError("the message has an unsubscribe link in its header")
    for kind in ("txt", "html"):
        body = place.message.with_name(f"{ISSUE}.{kind}").read_text(encoding="utf-8")
        body = body.replace(token[1], "{{token}}").replace("Dear Ada,", "Dear {{first_name}},")
        if not {"{{token}}", "{{first_name}}"} <= set(re.findall(r"{{\w+}}", body)):
            raise RuntimeError(f"the {kind} body names its reader and an unsubscribe link")
        (folder / f"body.{kind}").write_text(body, encoding="utf-8")
    with (
        (place.root / "subscribers.csv").open(encoding="utf-8", newline="") as source,
        (folder / "list.csv").open("w", encoding="utf-8", newline="") as target,
    ):
        rows = csv.writer(target)
        rows.writerow(["email", "first_name", "token"])
        for number, row in enumerate(islice(csv.DictReader(source), readers)):
            rows.writerow([row["email"], row["first_name"], f"{number:024}"])
    return folder

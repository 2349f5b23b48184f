"""`newsletter preview`: the email in the browser, as it would be sent now."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

import click

from newsletter.basics.times import today
from newsletter.cli.terminal import output
from newsletter.cli.terminal.boundary import INTERRUPTED
from newsletter.settings.values import TransportUrl

_PORT = 8025
_WARNING = (
    "Warning: {host} can be reached by other machines, and the connection is not encrypted. "
    "Whoever sees the address, or listens in on the network, can read and change issues, "
    "summaries, templates and topics, read the names and addresses of the list, and send tests "
    "of an issue to any address{way}. They cannot read or change newsletter.toml, see a password, "
    "or begin a mailing."
)


@click.command
@click.argument("month", required=False)
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=_PORT,
    show_default=True,
    help="Where to listen; the next free one is taken.",
)
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Which of this machine's addresses."
)
@click.option("--no-open", is_flag=True, help="Only show the address; open no browser.")
@click.pass_context
def command(context: click.Context, month: str | None, port: int, host: str, no_open: bool) -> None:
    """Show an issue in the browser, as a reader would get it; every save shows at once.

    Without MONTH it opens with the draft that comes next, or offers to make the first issue. Only
    the browser that opens the address with its token is answered. Tests from the page go over the
    transport that the settings name now; its password is asked for where it is not at hand. Ctrl-C
    ends it.
    """
    from newsletter.cli.terminal.password import password_for_tests
    from newsletter.web.preview.app import preview_app
    from newsletter.web.preview.guard import Keys
    from newsletter.web.preview.issues.routes import opens_with
    from newsletter.web.preview.serve import is_loopback, open_socket, own_hosts, serve, urls
    from newsletter.web.preview.source import WorkspaceSource
    from newsletter.web.preview.test.way_out import WayOut
    from newsletter.workspace import open_workspace

    workspace = open_workspace(context.obj)
    slug = opens_with(workspace, today()) if month is None else month
    if slug and slug not in workspace.issue_slugs():
        workspace.issue(slug)  # says what is there instead
    listening = open_socket(host, port)
    taken = listening.getsockname()[1]
    if port not in {0, taken}:
        output.say(f"Port {port} is taken; using {taken}.")
    if not is_loopback(host):
        output.say(_warning(host, workspace.settings.delivery.transport), style="yellow")
    settings = workspace.settings
    way_out = WayOut(delivery=settings.delivery, password=password_for_tests(settings))
    keys = Keys.fresh()
    app = preview_app(
        WorkspaceSource(workspace.root),
        slug,
        keys=keys,
        hosts=own_hosts(host, taken),
        environment=os.environ,
        way_out=way_out,
        is_local=is_loopback(host),
    )
    told, local = urls(host, taken, keys.token)

    def started() -> None:
        name = slug or f"{workspace.settings.newsletter.title}, which has no issue yet"
        output.say(f"Preview of {name}:")
        output.say(told)
        if local != told:
            output.say(f"On this machine: {local}")
        output.say("It follows every save. Ctrl-C ends it.", style="dim")
        if not no_open:
            _open(local)

    signal.signal(signal.SIGTERM, _terminated)
    try:
        serve(app, listening, started)
    except KeyboardInterrupt:
        output.say("\nPreview ended.")
        made = slug or opens_with(open_workspace(context.obj), today())
        output.next_step(f"newsletter check {made}" if made else "newsletter preview")
        context.exit(INTERRUPTED)


def _warning(host: str, transport: TransportUrl | None) -> str:
    """Return the warning about other machines in the network, with the server of tests."""
    server = transport.host if transport else ""
    return _WARNING.format(host=host, way=f" over {server}" if server else "")


def _open(address: str) -> None:
    """Open a browser where there is a desktop: a text browser would cover our own words."""
    has_desktop = sys.platform in {"darwin", "win32"} or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    )
    if has_desktop:
        import webbrowser

        webbrowser.open(address)


def _terminated(_signal: int, _frame: Any) -> None:
    sys.exit(128 + signal.SIGTERM)

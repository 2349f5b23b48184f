"""The transport of tests: the one that the settings named when the process was started.

A password that was typed for one server is never offered to another.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from newsletter.basics.errors import NewsletterError, Problem, fail
from newsletter.basics.files import shown
from newsletter.settings.values import DeliverySettings, Scheme, Settings
from newsletter.web.preview.answers import problem_json
from newsletter.workspace import Workspace, transport_of

if TYPE_CHECKING:
    from newsletter.smtp.auth import Credentials
    from newsletter.transport.base import Transport


@dataclass(frozen=True, slots=True, kw_only=True)
class WayOut:
    """`[delivery]` when the process was started.

    `password` was typed then; None where the environment or the keyring has it, or nothing. A test
    waits `patience` seconds for its answer.
    """

    delivery: DeliverySettings
    password: str | None = field(default=None, repr=False)
    patience: float = 60.0


def open_way(workspace: Workspace, way_out: WayOut, slug: str) -> Transport:
    """Return the transport; raise NewsletterError where it is another now, or has no password."""
    workspace.transport_url()  # says what is missing where there is none
    _refuse_another(workspace.settings, way_out)
    url = way_out.delivery.transport
    if url is None:
        raise ValueError("the transport of the start is that of the settings")
    return transport_of(url, _credentials(way_out, slug), way_out.delivery.pipelining)


def way_json(workspace: Workspace, way_out: WayOut, slug: str) -> dict[str, Any]:
    """Return how a test would leave, and the problems that stop it."""
    from newsletter.smtp.password import account_of, at_hand

    settings = workspace.settings
    delivery, url = settings.delivery, settings.delivery.transport
    try:
        workspace.transport_url()  # says what is missing where there is none
        _refuse_another(settings, way_out)
    except NewsletterError as error:
        problems = [problem_json(each) for each in error.problems]
        return {"kind": "none", "where": "", "problems": problems}
    if url is None or url.scheme is Scheme.MAILDIR:
        folder = shown(url.path, workspace.root) if url and url.path else "outbox"
        return {"kind": "folder", "where": str(folder), "problems": []}
    account = account_of(delivery)
    problems = []
    if account is not None and not (way_out.password or at_hand(account)):
        message, hint = _missing(delivery, slug)
        problems.append(problem_json(Problem(message=message, hint=hint)))
    return {"kind": "server", "where": f"{url.host}:{url.port}", "problems": problems}


def _refuse_another(settings: Settings, way_out: WayOut) -> None:
    """Raise NewsletterError where the settings name another transport than at the start."""
    now, then = settings.delivery, way_out.delivery
    changed = {
        "transport": now.transport != then.transport,
        "user": now.user != then.user,
        "auth": now.auth != then.auth,
        "token_command": now.token_command != then.token_command,
    }
    keys = [key for key, is_another in changed.items() if is_another]
    if keys:
        raise fail(
            f"{' and '.join(keys)} changed since this preview was started: no test is sent",
            file=shown(settings.file, settings.root),
            line=settings.lines.get(f"delivery.{keys[0]}"),
            hint="restart newsletter preview, which asks for the password",
        )


def _credentials(way_out: WayOut, slug: str) -> Credentials | None:
    from newsletter.smtp.password import account_of, at_hand, credentials_of, without_password

    account = account_of(way_out.delivery)
    if account is None:
        return without_password(way_out.delivery)
    password = way_out.password or at_hand(account)
    if password is None:
        message, hint = _missing(way_out.delivery, slug)
        raise fail(message, hint=hint)
    return credentials_of(way_out.delivery, password)


def _missing(delivery: DeliverySettings, slug: str) -> tuple[str, str]:
    from newsletter.smtp.password import VARIABLE, name_of

    what, host = name_of(delivery.auth), delivery.transport.host if delivery.transport else ""
    message = f"the {what} of {delivery.user} for {host} is not at hand"
    hint = (
        "restart newsletter preview on a terminal, which asks for it; or run newsletter test "
        f"{slug} --to ADDRESS there, which can leave it to the keyring; or set {VARIABLE} before "
        "newsletter preview starts"
    )
    return message, hint

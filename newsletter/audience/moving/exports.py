"""The exports of other tools: how each is recognised, and what its columns mean, as data.

Column names are compared without capitals, spaces, hyphens and underscores (`squeezed`): `Email
Address`, `email_address` and `EMAILADDRESS` are one. Columns may stand in any order, among others.
Who left is judged by the list's own gates (`audience/list/gates.py`); here stands what they cannot
know: files in which everybody left, and the columns with dates, reasons and consents.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from newsletter.audience.list.basis import Basis
from newsletter.audience.list.cells import Says
from newsletter.audience.list.table import column_name

SUBSTACK = "Substack"
CSV = "CSV"
"""The tool of a file that no tool is known by: any table with a column of addresses."""
MAILMAN = "Mailman"


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """An export: it has all columns of `needs`, and one of `some`, if those are named.

    `all_left`: everybody in it left, `word` says how and `because` why. `left_at` are the columns
    with the time at which they left, `why` those with the reason. `status` has words for who left
    among others.
    `agreed` are the columns with the time of a consent and the IP address, the best first, all on
    `basis`. `tags` are separated by commas; `json` holds an object with more fields.
    """

    tool: str
    needs: frozenset[str] = frozenset()
    some: frozenset[str] = frozenset()
    all_left: Says | None = None
    word: str = ""
    because: str = ""
    left_at: tuple[str, ...] = ()
    why: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    agreed: tuple[tuple[str, str], ...] = ()
    basis: Basis = Basis.UNKNOWN
    tags: tuple[str, ...] = ()
    json: tuple[str, ...] = ()


def squeezed(written: str) -> str:
    """Return a column's name as exports are recognised by."""
    return column_name(written).replace("_", "")


def recognise(header: Iterable[str]) -> Export:
    """Return the export with such a header; the general one where no tool is known by it."""
    names = {squeezed(cell) for cell in header}
    for export in EXPORTS:
        if export.needs <= names and (not export.some or export.some & names):
            return export
    return GENERAL


_MAILCHIMP = frozenset({"optintime", "confirmtime"})
# Both times are those of an act of the reader: the form sent off, the link in the mail followed.
_OPT_IN = (("confirmtime", "confirmip"), ("optintime", "optinip"))
_CREATED = (("createdat", ""),)
_LEFT_AT = (
    "unsubscribedat",
    "unsubscribeddate",
    "unsubscribedon",
    "unsubscriptiondate",
    "optedoutat",
)

EXPORTS = (
    Export(
        tool="Mailchimp",
        needs=_MAILCHIMP | {"unsubtime"},
        all_left=Says.UNSUBSCRIBED,
        word="unsubscribed",
        left_at=("unsubtime",),
        why=("unsubreason", "unsubreasonother"),
        agreed=_OPT_IN,
        basis=Basis.EXPRESS,
        tags=("tags",),
    ),
    Export(
        tool="Mailchimp",
        needs=_MAILCHIMP | {"cleantime"},
        all_left=Says.BOUNCED,
        word="cleaned",
        because="hard bounce",
        left_at=("cleantime",),
        agreed=_OPT_IN,
        basis=Basis.EXPRESS,
        tags=("tags",),
    ),
    Export(
        tool="Mailchimp",
        needs=_MAILCHIMP,
        agreed=_OPT_IN,
        basis=Basis.EXPRESS,
        tags=("tags",),
    ),
    Export(
        tool=SUBSTACK,
        needs=frozenset({"email", "activesubscription", "emaildisabled"}),
        agreed=_CREATED,
    ),
    Export(
        tool="Ghost",
        needs=frozenset({"email", "subscribedtoemails", "complimentaryplan"}),
        left_at=("deletedat",),
        agreed=_CREATED,
        tags=("labels",),
    ),
    Export(
        tool="listmonk",
        needs=frozenset({"uuid", "email", "attributes", "status"}),
        agreed=_CREATED,
        json=("attributes",),
    ),
    Export(
        tool="Keila",
        needs=frozenset({"email", "data", "status", "externalid"}),
        json=("data",),
    ),
    Export(
        tool="beehiiv",
        needs=frozenset({"email", "status", "tier", "createdat"}),
        left_at=("unsubscribedat",),
        agreed=_CREATED,
        tags=("tags",),
    ),
    Export(
        tool="Curated",
        needs=frozenset({"emailaddress", "subscribedat"}),
        some=frozenset({"utmsource", "utmmedium", "utmcampaign", "utmreferrer"}),
        left_at=_LEFT_AT,
        agreed=(("subscribedat", ""),),
    ),
    # Not verified against a real export, so it is matched loosely.
    Export(
        tool="Buttondown",
        needs=frozenset({"creationdate"}),
        some=frozenset({"subscribertype", "type", "metadata", "secondaryid", "unsubscriptiondate"}),
        left_at=_LEFT_AT,
        why=("unsubscriptionreason",),
        status=("subscribertype", "type"),
        agreed=(("creationdate", "ipaddress"),),
        tags=("tags",),
        json=("metadata",),
    ),
    Export(
        tool="Mailcoach",
        needs=frozenset({"email", "firstname", "lastname", "tags"}),
        left_at=_LEFT_AT,
        agreed=(("subscribedat", ""),),
        tags=("tags",),
    ),
)
"""The first that fits counts."""

GENERAL = Export(
    tool=CSV,
    left_at=(*_LEFT_AT, "unsubscribed", "unsubtime", "cleantime", "bouncedat", "complainedat"),
    why=("unsubreason", "unsubscribereason", "unsubscribedreason"),
    agreed=(
        *(("subscribedat", ""), ("confirmedat", ""), ("optintime", "optinip"), ("optinat", "")),
        *(("signupdate", ""), ("createdat", ""), ("creationdate", ""), ("dateadded", "")),
    ),
    tags=("tags",),
)
MEMBERS = Export(tool=MAILMAN)
"""Lines of `Name <address>`, or of addresses (`mailman members LIST`)."""

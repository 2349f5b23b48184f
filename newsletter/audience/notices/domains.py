"""Domains of big mail hosts, and those that look like a slip of one.

A slip is one letter added, missing or changed, or two swapped, in the name, in the top-level
domain, or in both. A domain that exists is none: another of the hosts below, the same name under
another real top-level domain, a name of up to four letters (aol, gmx, web have many neighbours).
"""

from __future__ import annotations

import string
from collections.abc import Iterator
from functools import lru_cache


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# After mailcheck's list of popular domains (github.com/mailcheck/mailcheck, MIT), and hosts of
# Germany, Austria, Switzerland, France, Italy and Canada.
BIG = _words(
    "gmail.com googlemail.com hotmail.com hotmail.co.uk hotmail.fr hotmail.de hotmail.it "
    "hotmail.es hotmail.be hotmail.nl hotmail.ca outlook.com outlook.de outlook.fr outlook.es "
    "outlook.it yahoo.com yahoo.co.uk yahoo.fr yahoo.de yahoo.it yahoo.es yahoo.ca yahoo.at "
    "yahoo.co.jp yahoo.co.in yahoo.com.br yahoo.com.au rocketmail.com icloud.com me.com "
    "mac.com live.com live.de live.fr live.it live.nl live.be live.ca live.co.uk msn.com "
    "aol.com protonmail.com proton.me gmx.de gmx.net gmx.at gmx.ch gmx.com web.de t-online.de "
    "freenet.de posteo.de bluewin.ch hispeed.ch aon.at orange.fr wanadoo.fr laposte.net "
    "free.fr sfr.fr neuf.fr libero.it virgilio.it tin.it alice.it comcast.net verizon.net "
    "att.net sbcglobal.net bellsouth.net earthlink.net btinternet.com telus.net shaw.ca "
    "sympatico.ca videotron.ca rogers.com mail.ru yandex.ru rambler.ru qq.com 163.com "
    "naver.com hanmail.net mail.com ymail.com"
)
_REAL = frozenset({"gail.com", "grail.com", "incloud.com"})
"""Domains of others that are one letter away."""
_UNLIKELY = frozenset({"proton", "orange", "libero", "alice", "rogers", "naver", "posteo", "telus"})
"""Names of hosts that have neighbours of their own: a slip in them is not looked for."""
_SLIPS = {
    "gmail.co": "gmail.com",
    "gmail.cm": "gmail.com",
    "gmail.om": "gmail.com",
    "hotmail.co": "hotmail.com",
    "hotmail.cm": "hotmail.com",
    "yahoo.cm": "yahoo.com",
    "outlook.cm": "outlook.com",
}
"""Slips under a top-level domain that exists, at which nobody has a mailbox."""

# The two-letter domains of the root zone (iana.org/domains/root/db), and others of three letters
# that are one slip away from an end of those above.
_TOP_LEVEL = _words(
    "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo "
    "br bs bt bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm "
    "do dz ec ee eg er es et eu fi fj fk fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr "
    "gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki "
    "km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo "
    "mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph "
    "pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm sn so "
    "sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy "
    "uz va vc ve vg vi vn vu wf ws ye yt za zm zw com net org bet pet vet new nec ong cam dev "
    "cat art bar car day eat fit fly gay ist law med men mil moe mom one onl pro pub run spa "
    "tax tel top uno wed win you"
)
_LETTERS = string.ascii_lowercase + string.digits + "-"
_SHORT_NAME, _LONG_NAME = 4, 7


def likely_meant(domain: str) -> str | None:
    """Return the big host's domain that one was probably meant to be, or None."""
    if domain in BIG or domain in _REAL:
        return None
    if domain in _SLIPS:
        return _SLIPS[domain]
    name, _, rest = domain.partition(".")
    names, ends = _neighbours()
    name_meant = names.get(name)
    if name_meant is None:
        return None
    for end in ends.get(rest, (rest,)):
        meant = f"{name_meant}.{end}"
        if meant in BIG:
            return meant
    return None


@lru_cache(maxsize=1)
def _neighbours() -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """Return what each slip of a name, and of the end of a domain, was meant to be."""
    hosts = sorted(domain.partition(".")[::2] for domain in BIG)
    names = {name: name for name, _end in hosts}
    for name in dict.fromkeys(name for name, _end in hosts):
        if len(name) > _SHORT_NAME and name not in _UNLIKELY:
            for slip in _slips_of(name):
                names.setdefault(slip, name)
    ends: dict[str, tuple[str, ...]] = {}
    for end in sorted({end for _name, end in hosts}):
        for slip in (*_slips_of(end), *(letter + end[1:] for letter in _LETTERS)):
            if slip.rpartition(".")[2] not in _TOP_LEVEL:
                ends[slip] = (*ends.get(slip, ()), end)
    return names, ends


def _slips_of(word: str) -> Iterator[str]:
    """Yield the words one slip away; the first letter is right, or swapped with the second.

    A long word may also lack it: "otmail". A short one is then another word: "mail".
    """
    for at in range(len(word)):
        if at or len(word) >= _LONG_NAME:
            yield word[:at] + word[at + 1 :]
        if at + 1 < len(word):
            yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        for letter in _LETTERS:
            yield word[: at + 1] + letter + word[at + 1 :]
            if at:
                yield word[:at] + letter + word[at + 1 :]

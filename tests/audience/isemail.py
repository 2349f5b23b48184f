r"""Addresses and what they are, after Dominic Sayers' is_email.

Source: `test/tests.xml`, version 3.05, of github.com/dominicsayers/isemail (BSD licence, 2008 to
2014, Dominic Sayers; tests 1 to 100 are Michael Rushton's). Only the addresses and their
categories are carried over; `\x00` to `\x1f` and `\x7f` stand there as Unicode's symbols for them.
"""

from __future__ import annotations

_26 = "abcdefghijklmnopqrstuvwxyz"
_62 = f"{_26}{_26}abcdefghij"
_63 = f"{_62}k"
_64 = f"{_62}kl"
_LONG_LABEL = f"{_26}{_26}abcdefghikl"
"""63 octets: the source leaves out a j."""

VALID = (
    "test@iana.org",
    "test@nominet.org.uk",
    "test@about.museum",
    "a@iana.org",
    "test.test@iana.org",
    "!#$%&`*+/=?^`{|}~@iana.org",
    "123@iana.org",
    "test@123.com",
    f"{_26}{_26}abcdefghiklm@iana.org",
    "test@mason-dixon.com",
    "test@c--n.com",
    "test@xn--hxajbheg2az3al.xn--jxalpdlp",
    "xn--test@iana.org",
)

# Valid, where nobody answers in the DNS.
DNSWARN = (
    "test@e.com",
    "test@iana.a",
    f"test@{_LONG_LABEL}.com",
    "test@iana.co-uk",
    f"a@{'.'.join(_26)}.{'.'.join(_26)}.{'.'.join(_26)}.{'.'.join(_26)}.{'.'.join(_26[:22])}",
    f"{_26}{_26}abcdefghiklm@{_LONG_LABEL}.{_LONG_LABEL}.{_26}{_26}abcdefghi",
)

# Valid in SMTP, with something unusual.
RFC5321 = (
    "test@io",
    "test@iana.123",
    "test@255.255.255.255",
    '"test"@iana.org',
    '""@iana.org',
    r'"\a"@iana.org',
    r'"\""@iana.org',
    r'"\\"@iana.org',
    r'"test\ test"@iana.org',
    "test@[255.255.255.255]",
    "test@[IPv6:1111:2222:3333:4444:5555:6666:7777:8888]",
    "test@[IPv6:1111:2222:3333:4444:5555::8888]",
    "test@[IPv6:::3333:4444:5555:6666:7777:8888]",
    "test@[IPv6:::]",
    "test@[IPv6:1111:2222:3333:4444:5555:6666:255.255.255.255]",
    "test@[IPv6:1111:2222:3333:4444::255.255.255.255]",
    "test@[IPv6:1111:2222:3333:4444:5555:6666::8888]",
)

# Valid in a message (RFC 5322) only, with comments or folding white space.
CFWS = (
    "\r\n test@iana.org",
    " \r\n test@iana.org",
    "test@iana.org\r\n ",
    "test@iana.org \r\n ",
    " test@iana.org",
    "test@iana.org ",
    "(comment)test@iana.org",
    "(comment(comment))test@iana.org",
    f"(comment){_26}{_26}abcdefghiklm@iana.org",
)

DEPREC = (
    '"test"."test"@iana.org',
    '"test".test@iana.org',
    '"test\\\x00"@iana.org',
    " test @iana.org",
    "test@ iana .com",
    "test . test@iana.org",
    "\r\n \r\n test@iana.org",
    "test@iana.org\r\n \r\n ",
    "test@(comment)iana.org",
    "test@(comment)[255.255.255.255]",
    f"test@(comment){_LONG_LABEL}.com",
    '"\x7f"@iana.org',
    '"\\\x7f"@iana.org',
    "(\x7f)test@iana.org",
    '"\\\n"@iana.org',
    '"\x07"@iana.org',
    '"\\\x07"@iana.org',
    "(\x07)test@iana.org",
    "test.(comment)test@iana.org",
)

# Not valid in SMTP: too long, or a domain that is none.
RFC5322 = (
    f"{_26}{_26}abcdefghiklmn@iana.org",
    f"test@{_26}{_26}abcdefghiklm.com",
    f"{_26}{_26}abcdefghiklm@{_LONG_LABEL}.{_LONG_LABEL}.{_26}{_26}abcdefghij",
    f"a@{_LONG_LABEL}.{_LONG_LABEL}.{_LONG_LABEL}.{_26}{_26}abcdefg.hij",
    f"a@{_LONG_LABEL}.{_LONG_LABEL}.{_LONG_LABEL}.{_26}{_26}abcdefg.hijk",
    f'"{_26} {_26} abcdefghj"@iana.org',
    f'"{_26} {_26} abcdefg\\h"@iana.org',
    "test@[255.255.255]",
    "test@[255.255.255.255.255]",
    "test@[255.255.255.256]",
    "test@[1111:2222:3333:4444:5555:6666:7777:8888]",
    "test@[IPv6:1111:2222:3333:4444:5555:6666:7777]",
    "test@[IPv6:1111:2222:3333:4444:5555:6666:7777:8888:9999]",
    "test@[IPv6:1111:2222:3333:4444:5555:6666:7777:888G]",
    "test@[IPv6:1111:2222:3333:4444:5555:6666::7777:8888]",
    "test@[IPv6::3333:4444:5555:6666:7777:8888]",
    "test@[IPv6:1111::4444:5555::8888]",
    "test@[IPv6:1111:2222:3333:4444:5555:255.255.255.255]",
    "test@[IPv6:1111:2222:3333:4444:5555:6666:7777:255.255.255.255]",
    "test@[IPv6:1111:2222:3333:4444:5555:6666::255.255.255.255]",
    "test@[IPv6:1111:2222:3333:4444:::255.255.255.255]",
    "test@[IPv6::255.255.255.255]",
    "test@[IPv6:1::2:]",
    "test@[RFC-5322-domain-literal]",
    "test@[RFC-5322-\\\x07-domain-literal]",
    "test@[RFC-5322-\\\t-domain-literal]",
    r"test@[RFC-5322-\]-domain-literal]",
    "test@[RFC 5322 domain literal]",
    "test@[RFC-5322-domain-literal] (comment)",
    "test@iana/icann.org",
)

ERR = (
    "",
    "test",
    "@",
    "test@",
    "@io",
    "@iana.org",
    ".test@iana.org",
    "test.@iana.org",
    "test..iana.org",
    "test_exa-mple.com",
    r"test\@test@iana.org",
    "test@-iana.org",
    "test@iana-.com",
    "test@.iana.org",
    "test@iana.org.",
    "test@iana..com",
    '"""@iana.org',
    r'"\"@iana.org',
    'test"@iana.org',
    '"test@iana.org',
    '"test"test@iana.org',
    'test"text"@iana.org',
    '"test""test"@iana.org',
    '"test\x00"@iana.org',
    "test@a[255.255.255.255]",
    "((comment)test@iana.org",
    "test(comment)test@iana.org",
    "test@iana.org\n",
    "test@iana.org-",
    "(test@iana.org",
    "test@(iana.org",
    "test@[1.2.3.4",
    r'"test\"@iana.org',
    r"(comment\)test@iana.org",
    r"test@iana.org(comment\)",
    "test@iana.org(comment\\",
    "test@[RFC-5322]-domain-literal]",
    "test@[RFC-5322-[domain-literal]",
    r"test@[RFC-5322-domain-literal\]",
    "test@[RFC-5322-domain-literal\\",
    "\x7f@iana.org",
    "test@\x7f.org",
    "test@iana.org\r",
    "\rtest@iana.org",
    '"\rtest"@iana.org',
    "(\r)test@iana.org",
    "test@iana.org(\r)",
    "\ntest@iana.org",
    '"\n"@iana.org',
    "(\n)test@iana.org",
    "\x07@iana.org",
    "test@\x07.org",
    "\r\ntest@iana.org",
    "\r\n \r\ntest@iana.org",
    " \r\ntest@iana.org",
    " \r\n \r\ntest@iana.org",
    " \r\n\r\ntest@iana.org",
    " \r\n\r\n test@iana.org",
    "test@iana.org\r\n",
    "test@iana.org\r\n \r\n",
    "test@iana.org \r\n",
    "test@iana.org \r\n \r\n",
    "test@iana.org \r\n\r\n",
    "test@iana.org \r\n\r\n ",
    '"test\\©"@iana.org',
)

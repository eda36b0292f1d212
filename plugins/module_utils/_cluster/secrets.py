# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What no message, log or record may show: the one place where texts are cleaned of it."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote, unquote

MASK = "********"
#: Shorter values would take words out of messages that have nothing to do with them.
SHORTEST = 4
#: What is secret wherever it stands, whoever said it: a proxy, a plugin, an error page.
_PATTERNS = (
    (re.compile(r"(?<=://)[^/\s@'\"]+(?=@)"), MASK),
    (re.compile(r"\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{4,}"), rf"\1 {MASK}"),
    (re.compile(r"\bsha256~[A-Za-z0-9_-]+"), MASK),
    (re.compile(r"\b([A-Za-z_]*(?:_PROXY|_proxy|TOKEN|PASSWORD|SECRET))=[^\s'\"]+"), rf"\1={MASK}"),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)", re.DOTALL), MASK),
)


class Secrets:
    """Values that are replaced wherever they turn up.

    :param values: as they were given; their forms in a URL are known from them
    """

    def __init__(self, values: Iterable[str] = ()) -> None:
        forms = {form for value in values for form in _forms(value)}
        #: the longest first: one may be part of another
        self.values = tuple(sorted(forms, key=lambda form: (-len(form), form)))

    def redacted(self, text: str) -> str:
        for value in self.values:
            text = text.replace(value, MASK)
        for pattern, mask in _PATTERNS:
            text = pattern.sub(mask, text)
        return text


def _forms(value: str) -> set[str]:
    plain = value.strip()
    forms = {value, plain, quote(plain, safe=""), unquote(plain), *plain.splitlines()}
    forms |= {repr(form)[1:-1] for form in forms}
    return {form for form in forms if len(form) >= SHORTEST}


def credentials_in(configuration: Any) -> Iterator[str]:
    """
    :param configuration: ``kubernetes.client.Configuration``
    """
    for value in [*(configuration.api_key or {}).values(), *(configuration.proxy_headers or {}).values()]:
        scheme, _space, credential = str(value).strip().partition(" ")
        yield credential.strip() or scheme
        if scheme.lower() == "basic":
            yield from _basic(credential)
    if configuration.password:
        yield str(configuration.password)


def _basic(credential: str) -> Iterator[str]:
    """The password in ``user:password``, as Basic authentication sends it."""
    try:
        decoded = base64.b64decode(credential, validate=True).decode("utf-8")
    except ValueError:
        return
    yield decoded.partition(":")[2]

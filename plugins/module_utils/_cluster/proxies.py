# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The proxy in front of the API: what its setting says, in the form that the client takes."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Optional
from urllib.parse import unquote, urlsplit

SCHEMES = ("http", "https")


@dataclass(frozen=True)
class Proxy:
    """
    :param url: ``scheme://host:port``, without a login
    :param login: ``user:password``, None when the setting has none
    """

    url: str
    login: Optional[str] = None

    @property
    def authorization(self) -> Optional[str]:
        """The value of ``proxy-authorization``."""
        if self.login is None:
            return None
        return "Basic " + base64.b64encode(self.login.encode("utf-8")).decode("ascii")


def understood(setting: str) -> Proxy:
    """
    :param setting: a URL; without a scheme it means ``http://``, as for curl, and as Go reads HTTPS_PROXY
    :raises ValueError: saying what is wrong, without the setting itself, which may hold a password
    """
    text = setting.strip()
    scheme, separator, _rest = text.partition("://")
    if separator and scheme.lower() not in SCHEMES:
        raise ValueError(f"its scheme is {scheme[:20]!r}; this collection goes through http and https proxies only")
    try:
        parts = urlsplit(text if separator else f"http://{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or any(character.isspace() for character in text):
        raise ValueError("it is no URL such as http://proxy.example.com:3128")
    place = f"[{host}]" if ":" in host else host
    url = f"{parts.scheme.lower()}://{place}" + (f":{port}" if port else "")
    if parts.username is None:
        return Proxy(url)
    return Proxy(url, f"{unquote(parts.username)}:{unquote(parts.password or '')}")

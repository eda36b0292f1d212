# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text as text in a Markdown document, whatever it says."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

#: What begins markup somewhere in a line, HTML and the cells of a table included.
_MARKUP = re.compile(r"([\\`*_\[\]|~])")
_HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def markdown(value: Any) -> str:
    """On one line, so that it fits a cell or an item; links, images and HTML are shown as they were written."""
    text = " ".join(str(value).split())
    text = _MARKUP.sub(r"\\\1", text)
    return re.sub("[&<>]", lambda found: _HTML[found.group()], text)


class FilterModule:
    """See the documentation in ``markdown.yml``."""

    def filters(self) -> dict[str, Callable[..., str]]:
        return {"markdown": markdown}

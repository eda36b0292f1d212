"""Texts that stand for something else, bytes in base64 and moments, refused in the words of Go's decoders."""

from __future__ import annotations

import re
from datetime import datetime

_ALPHABET = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
_SECONDS = "2006-01-02T15:04:05Z07:00"
_MICROSECONDS = "2006-01-02T15:04:05.000000Z07:00"
_STEPS = (
    ("2006", r"\d{4}"),
    ("-", "-"),
    ("01", r"\d\d"),
    ("-", "-"),
    ("02", r"\d\d"),
    ("T", "T"),
    ("15", r"\d\d"),
    (":", ":"),
    ("04", r"\d\d"),
    (":", ":"),
    ("05", r"\d\d"),
)


def base64_problem(text: str) -> str | None:
    """Why Go's standard encoding does not decode ``text`` (encoding/base64: decodeQuantum)."""
    letters = [(index, letter) for index, letter in enumerate(text) if letter not in "\r\n"]
    for count, (index, letter) in enumerate(letters):
        if letter in _ALPHABET:
            continue
        rest = [following for _index, following in letters[count + 1 :]]
        wanted = {2: 1, 3: 0}.get(count % 4)
        if letter != "=" or wanted is None:
            return _illegal(index)
        if len(rest) < wanted:
            return _illegal(len(text))
        if rest[:wanted] != ["="] * wanted:
            return _illegal(index)
        return None if len(rest) == wanted else _illegal(letters[count + wanted + 1][0])
    incomplete = len(letters) % 4
    return _illegal(letters[-incomplete][0]) if incomplete else None


def moment_problem(text: str, *, micro: bool) -> str | None:
    """Why Go does not read a metav1.Time, or with ``micro`` a MicroTime, whose six digits must be there."""
    layout = _MICROSECONDS if micro else _SECONDS
    shown, rest = f'parsing time "{text}" as "{layout}"', text
    for element, pattern in _STEPS:
        match = re.match(pattern, rest)
        if match is None:
            return f'{shown}: cannot parse "{rest}" as "{element}"'
        rest = rest[match.end() :]
    fraction = re.match(r"\.\d{6}(?!\d)" if micro else r"(\.\d+)?", rest)
    if fraction is None:
        return f'{shown}: cannot parse "{rest}" as ".000000"'
    rest = rest[fraction.end() :]
    if not re.fullmatch(r"Z|[+-]\d\d:\d\d", rest):
        return f'{shown}: cannot parse "{rest}" as "Z07:00"'
    try:
        datetime.fromisoformat(text)
    except ValueError as error:
        element = next((name for name in ("month", "day", "hour", "minute", "second") if name in str(error)), "day")
        return f'parsing time "{text}": {element} out of range'
    return None


def _illegal(index: int) -> str:
    return f"illegal base64 data at input byte {index}"

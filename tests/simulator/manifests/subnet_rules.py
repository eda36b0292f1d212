"""The rules in CEL on OVN-Kubernetes' internal subnets, as 4.14 and 4.15 have them: without the functions on addresses
that CEL got later, octet by octet (openshift/api release-4.14 and release-4.15, operator/v1/types_network.go)."""

from __future__ import annotations

from typing import Any

_ONE_SLASH = {
    "rule": "self.indexOf('/') == self.lastIndexOf('/')",
    "message": "CIDR format must contain exactly one '/'",
}


def ipv4(*, longest: int) -> dict[str, Any]:
    """The schema of an IPv4 subnet with a prefix of at most ``longest`` bits."""
    octets = ", ".join(f"self.findAll('[0-9]+')[{octet}]" for octet in (1, 2, 3))
    return {
        "type": "string",
        "maxLength": 18,
        "x-kubernetes-validations": [
            _ONE_SLASH,
            {
                "rule": f"[int(self.split('/')[1])].all(x, x <= {longest} && x >= 0)",
                "message": f"subnet must be in the range /0 to /{longest} inclusive",
            },
            {
                "rule": "self.split('/')[0].split('.').size() == 4",
                "message": "a valid IPv4 address must contain 4 octets",
            },
            {
                "rule": "[self.findAll('[0-9]+')[0]].all(x, x != '0' && int(x) <= 255 && !x.startsWith('0'))",
                "message": "first IP address octet must not contain leading zeros, must be greater than 0 and less or "
                "equal to 255",
            },
            {
                "rule": f"[{octets}].all(x, int(x) <= 255 && (x == '0' || !x.startsWith('0')))",
                "message": "IP address octets must not contain leading zeros, and must be less or equal to 255",
            },
        ],
    }


def ipv6(*, max_length: int | None = 48) -> dict[str, Any]:
    """The schema of an IPv6 subnet."""
    schema: dict[str, Any] = {"type": "string"}
    if max_length is not None:
        schema["maxLength"] = max_length
    schema["x-kubernetes-validations"] = [
        _ONE_SLASH,
        {
            "rule": "self.split('/').size() == 2 && [int(self.split('/')[1])].all(x, x <= 125 && x >= 0)",
            "message": "subnet must be in the range /0 to /125 inclusive",
        },
        {
            "rule": "self.indexOf('::') == self.lastIndexOf('::')",
            "message": "IPv6 addresses must contain at most one '::' and may only be shortened once",
        },
        {
            "rule": "self.contains('::') ? self.split('/')[0].split(':').size() <= 8 : "
            "self.split('/')[0].split(':').size() == 8",
            "message": "a valid IPv6 address must contain 8 segments unless elided (::), in which case it must contain "
            "at most 6 non-empty segments",
        },
        *(_segment(number) for number in range(1, 9)),
        {
            "rule": "!self.contains('.')",
            "message": "IPv6 dual addresses are not permitted, value should not contain `.` characters",
        },
    ]
    return schema


def _segment(number: int) -> dict[str, str]:
    return {
        "rule": f"self.split('/')[0].split(':').size() >={number} ? "
        f"[self.split('/')[0].split(':', 8)[{number - 1}]].all(x, x == '' || "
        "(x.matches('^[0-9A-Fa-f]{1,4}$')) && size(x)<5 ) : true",
        "message": "each segment of an IPv6 address must be a hexadecimal number between 0 and FFFF, failed on segment "
        f"{number}",
    }

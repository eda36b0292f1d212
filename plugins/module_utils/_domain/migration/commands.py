# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What people run to go on, as they can copy it: one line each. In a sentence those without quotes stand in quotes."""

from __future__ import annotations

import json

from ..networks import LIVE_ANNOTATION, OVN

MIGRATE = "ansible-playbook ocp_day2.ovn_migration.migrate -e cno_allow_disruption=true"
ROLLBACK = "ansible-playbook ocp_day2.ovn_migration.rollback -e cno_allow_disruption=true"
OPERATOR_SAYS = "oc get clusteroperator network -o yaml"
UNMARK_LIVE = f"oc annotate network.config cluster {LIVE_ANNOTATION}-"
CLEAR_MIGRATION = """oc patch network.operator cluster --type=merge -p '{"spec":{"migration":null}}'"""


def onward(target: str) -> str:
    """The playbook that leads to ``target``."""
    return MIGRATE if target == OVN else ROLLBACK


def set_type(network_type: str) -> str:
    patch = json.dumps({"spec": {"networkType": network_type}}, separators=(",", ":"))
    return f"oc patch network.config cluster --type=merge -p '{patch}'"

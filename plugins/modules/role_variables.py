#!/usr/bin/python
# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: role_variables
short_description: Read the variables of the roles of this collection, and refuse what no role could follow
description:
  - Holds the variables against the specifications of the roles, and against what their modules would refuse (types,
    choices, ranges, keys of dictionaries, networks, ids of checks, files that have to be there, names that no role
    knows). All that is wrong is told at once, by the names of the variables.
  - Takes them as people give them. Text is read as the type that the variable has (C("5"), C("yes"), C("a,b"), JSON),
    and what is blank counts as left out.
  - It runs on the controller, reads no cluster and writes nothing. The roles and playbooks of this collection begin
    with it.
version_added: 1.0.0
author:
  - ocp_day2.ovn_migration contributors
options:
  role:
    description:
      - The role whose variables to read, without the name of the collection. Left out, those of all roles and playbooks
        are looked at, and none is returned.
    type: str
  nodes:
    description:
      - Names of the cluster's nodes. With O(pools) it is refused what names others.
    type: list
    elements: str
  pools:
    description:
      - Names of the cluster's MachineConfigPools.
    type: list
    elements: str
attributes:
  check_mode:
    description: Can run in check mode, and is no different there.
    support: full
  diff_mode:
    description: Has no difference to show.
    support: none
notes:
  - Files are looked for on the controller, and only with a local connection.
"""

EXAMPLES = r"""
- name: Refuse what no role could follow
  ocp_day2.ovn_migration.role_variables:

- name: Read what the role was given
  ocp_day2.ovn_migration.role_variables:
    role: cno_reboot
  register: given

- name: Say how long a node may take
  ansible.builtin.debug:
    msg: "{{ given.input.reboot_timeout }} s"
"""

RETURN = r"""
input:
  description:
    - The variables of O(role) without its name in front, in their types and with their defaults. Empty without O(role).
  returned: success
  type: dict
  sample: {order: control_plane_first, reboot_timeout: 1800}
problems:
  description: What is wrong, each with the name of the variable.
  returned: on failure
  type: list
  elements: str
lock:
  description:
    - The Lease as it is now, in the form of RV(ocp_day2.ovn_migration.migration_lock#module:lock). Null when there is
      none.
  returned: on failure, when O(lock_holder) does not have it any more
  type: dict
api_outages:
  description: Each time that the API was away.
  returned: always
  type: list
  elements: dict
  contains:
    since:
      description: When it was first away.
      type: str
    seconds:
      description: How long it was away; null when it has not come back.
      type: float
    seen:
      description: What was seen instead of an answer.
      type: str
  sample: [{since: "2026-01-31T02:11:40Z", seconds: 41.3, seen: connection refused}]
outage_budget_seconds:
  description: For how long the API may be away, as O(api_outage_timeout) says.
  returned: on failure, when it was away for longer
  type: float
remedy:
  description: What to do next; it stands at the end of the message, too. Empty when there is nothing to advise.
  returned: on failure
  type: str
"""

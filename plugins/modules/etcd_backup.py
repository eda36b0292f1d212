#!/usr/bin/python
# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: etcd_backup
short_description: Back up etcd on a control-plane node
description:
  - Runs C(/usr/local/bin/cluster-backup.sh), which the etcd operator puts on every control-plane node, on one of them,
    by exec in its machine-config-daemon pod, and checks that it has left a snapshot and the static pods' resources.
  - The backup stays on that node; copy it elsewhere.
  - Nothing is interrupted by it. The program itself refuses while an operator of the control plane is rolling out.
  - On a cluster behind a proxy the program gets the proxy settings that the node has of it (C(/etc/mco/proxy.env)).
version_added: 1.0.0
author:
  - ocp_day2.ovn_migration contributors (@ocp-day2)
extends_documentation_fragment:
  - kubernetes.core.k8s_auth_options
  - ocp_day2.ovn_migration.waiting.outage
  - ocp_day2.ovn_migration.waiting.attributes
attributes:
  diff_mode:
    support: N/A
  idempotent:
    support: none
    description: Run again on a cluster that is already in the wanted state, it writes nothing and reports no change.
    details: Each run makes another backup.
options:
  node:
    description:
      - The control-plane node to run it on. By default the first one, by name, that is Ready and whose etcd pod is.
    type: str
  directory:
    description:
      - The directory on the node to which the backup goes. It is made when it is not there.
    type: str
    default: /home/core/assets/backup
  timeout:
    description:
      - How many seconds the program may take.
      - From 1 to 86400.
    type: int
    default: 900
requirements:
  - python >= 3.9
  - kubernetes >= 24.2.0
seealso:
  - module: ocp_day2.ovn_migration.migration_backup
"""

EXAMPLES = r"""
- name: Back up etcd before the migration
  ocp_day2.ovn_migration.etcd_backup:
  register: etcd

- name: Say where it lies
  ansible.builtin.debug:
    msg: "{{ etcd.node }}: {{ etcd.files | map(attribute='path') | join(' ') }}"
"""

RETURN = r"""
node:
  description: The node that the backup was made on, or would be in check mode.
  returned: success, and on failure once a node was chosen
  type: str
directory:
  description: The directory on that node.
  returned: success, and on failure once a node was chosen
  type: str
files:
  description: The files that the program has added; none in check mode.
  returned: success, and on failure once a node was chosen
  type: list
  elements: dict
  contains:
    path:
      description: Where it lies on the node.
      type: str
    size:
      description: Its size in bytes.
      type: int
  sample:
    - {path: /home/core/assets/backup/snapshot_2026-01-01_000000.db, size: 108003328}
    - {path: /home/core/assets/backup/static_kuberesources_2026-01-01_000000.tar.gz, size: 76154}
verdict:
  description: Whether that is a backup.
  returned: success, except in check mode
  type: dict
  contains:
    state:
      description: V(done), V(pending) when waiting may help, or V(failed) when it does not.
      type: str
    reason:
      description: One sentence why.
      type: str
output:
  description: What the program said, by line.
  returned: once it was run
  type: list
  elements: str
seconds:
  description: How long it took.
  returned: once it was run
  type: float
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
remedy:
  description: What to do next; it stands at the end of the message, too. Empty when there is nothing to advise.
  returned: on failure
  type: str
lock:
  description:
    - The Lease as it is now, in the form of RV(ocp_day2.ovn_migration.migration_lock#module:lock). Null when there is
      none.
  returned: on failure, when O(lock_holder) does not have it any more
  type: dict
outage_budget_seconds:
  description: For how long the API may be away, as O(api_outage_timeout) says.
  returned: on failure, when it was away for longer
  type: float
"""

from ..module_utils._ansible.arguments import Spec
from ..module_utils._ansible.module import Task, run
from ..module_utils._domain.backup.etcd import DIRECTORY
from ..module_utils._flows.backup.etcd import back_up_etcd
from ..module_utils._flows.outcome import Outcome

ARGUMENTS: Spec = {
    "node": {"type": "str"},
    "directory": {"type": "str", "default": DIRECTORY},
    "timeout": {"type": "int", "default": 900},
}


def back_up(task: Task) -> Outcome:
    return back_up_etcd(
        task.cluster,
        clock=task.clock,
        node=task["node"],
        directory=task["directory"],
        timeout=float(task["timeout"]),
        write=not task.check_mode,
    )


def main() -> None:
    run(ARGUMENTS, back_up)


if __name__ == "__main__":
    main()

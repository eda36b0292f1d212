# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of the modules that wait, and of all that outlast outages of the API."""

from __future__ import annotations


class ModuleDocFragment:
    SLEEP = r"""
options:
  wait_sleep:
    description:
      - How many seconds to sleep between two looks at the cluster, at most.
        The first looks follow each other more quickly.
      - From 1 to 600.
    type: int
    default: 10
"""

    DOCUMENTATION = r"""
options:
  wait_timeout:
    description:
      - How many seconds to wait for the wanted state before the module fails.
      - From 0 to 604800.
    type: int
"""

    OUTAGE = r"""
options:
  api_outage_timeout:
    description:
      - For how many seconds in a row the API may be away before the module fails.
        The API of a cluster is gone for minutes while its control-plane nodes reboot.
        Each outage is reported in RV(ignore:api_outages).
      - From 0 to 86400.
    type: int
    default: 900
  lock_holder:
    description:
      - The name under which this run has the Lease of M(ocp_day2.ovn_migration.migration_lock).
        The module then looks first whether it still has it, renews it while it waits, and fails when somebody else has
        taken it. Outages of the API that it has seen are added to the record of the phase under way
        (M(ocp_day2.ovn_migration.migration_journal)). In check mode nothing of this happens.
      - Meant for C(module_defaults) of the action group, for all modules at once.
    type: str
  run_phase:
    description:
      - With O(lock_holder), the phase of the migration that this module belongs to, such as V(prepare). Where it is
        another one than that of the module before, the record of the migration
        (M(ocp_day2.ovn_migration.migration_journal)) gets two entries, that one is finished and this one has begun.
        An empty string means that the last phase is finished and no other has begun.
      - Left out, the phase goes on. M(ocp_day2.ovn_migration.migration_lock) ends it when it gives the lock back.
      - Meant for C(module_defaults), as O(lock_holder) is.
    type: str
"""

    FAILURE_GRACE = r"""
options:
  failure_grace:
    description:
      - For how many seconds a failure, such as a C(Degraded) condition, must persist before it ends the wait.
        Operators flash C(Degraded) for a moment whenever two of them write the same object.
      - From 0 to 86400.
    type: int
    default: 60
"""

    ATTRIBUTES = r"""
options: {}
attributes:
  check_mode:
    support: full
    description: Can run in C(check_mode) and return what it would do, and today's verdict, without writing anything.
  diff_mode:
    description: Returns details of what has changed (or would change), in diff format.
  idempotent:
    support: full
    description: Run again on a cluster that is already in the wanted state, it writes nothing and reports no change.
"""

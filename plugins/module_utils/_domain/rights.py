# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How messages tell where rights come from: the manifests in ``docs/rbac``."""

from __future__ import annotations

PAGE = "docs/rbac/README.md of this collection"
#: Remedies, without the full stop.
ANY = f"Use a credential with the cluster-admin role, or give this one that right ({PAGE})"
MIGRATE = (
    "Use a credential with the cluster-admin role, or apply docs/rbac/read-only.yaml and docs/rbac/migrate.yaml for "
    f"its account ({PAGE})"
)
APPROVE = f"Use a credential with the cluster-admin role, or apply docs/rbac/approve-csrs.yaml for its account ({PAGE})"

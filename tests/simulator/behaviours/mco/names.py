"""Keys, annotations and other names of the machine-config-operator."""

from __future__ import annotations

GROUP = "machineconfiguration.openshift.io"
POOLS = f"machineconfigpools.{GROUP}"
CONFIGS = f"machineconfigs.{GROUP}"
CONTROLLER_CONFIGS = f"controllerconfigs.{GROUP}"
CONTROLLER_CONFIG = "machine-config-controller"
NODES = "nodes"
NAMESPACE = "openshift-machine-config-operator"

ROLE_LABEL = f"{GROUP}/role"
CURRENT = f"{GROUP}/currentConfig"
DESIRED = f"{GROUP}/desiredConfig"
STATE = f"{GROUP}/state"
REASON = f"{GROUP}/reason"
DESIRED_DRAIN = f"{GROUP}/desiredDrain"
LAST_DRAIN = f"{GROUP}/lastAppliedDrain"
TOPOLOGY = f"{GROUP}/controlPlaneTopology"
LAST_CONTROLLER_CONFIG = f"{GROUP}/lastSyncedControllerConfigResourceVersion"
LAST_OBSERVED = f"{GROUP}/lastObservedServerCAAnnotation"

DONE = "Done"
WORKING = "Working"
DEGRADED = "Degraded"
UNRECONCILABLE = "Unreconcilable"

UPDATE_TAINT = {"key": "UpdateInProgress", "effect": "PreferNoSchedule"}

_ACCOUNT = f"system:serviceaccount:{NAMESPACE}:"
OPERATOR_ACTOR = _ACCOUNT + "machine-config-operator"
CONTROLLER_ACTOR = _ACCOUNT + "machine-config-controller"
DAEMON_ACTOR = _ACCOUNT + "machine-config-daemon"

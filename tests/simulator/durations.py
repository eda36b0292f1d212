"""How long everything takes, in simulated seconds.

"code" marks a constant in OpenShift's or Kubernetes' source; the others are plausible values for virtual machines. A
*period* is the rhythm of something that repeats or a limit after which something gives up: ``instant`` leaves those
alone, because a retry without a pause would never let time move on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Annotated, get_type_hints

#: seconds of a rhythm, or of a limit
Period = Annotated[float, "period"]


@dataclass(frozen=True)
class Durations:
    """Every duration, in simulated seconds."""

    # cluster-network-operator
    cno_notice: float = 1.0  # watch event to reconcile; edits within it are seen as one
    cno_validate: float = 1.0  # merge, validation, change-safety check
    cno_bootstrap: float = 3.0  # reading the nodes and install-config before rendering
    cno_master_discovery: Period = 250.0  # code: OVN_MASTER_DISCOVERY_TIMEOUT, pkg/network/ovn_kubernetes.go, to 4.14
    cno_master_discovery_backoff: Period = 120.0  # code: OVN_MASTER_DISCOVERY_BACKOFF, so 250, 130, 10
    cno_master_discovery_poll: Period = 5.0  # code: OVN_MASTER_DISCOVERY_POLL
    cno_apply: float = 6.0  # applying the ~150 rendered objects
    cno_status_notice: float = 1.0  # the status manager's reaction to a DaemonSet's change
    cno_resync: Period = 180.0  # code: ResyncPeriod, pkg/controller/operconfig/operconfig_controller.go
    cno_rollout_hung: Period = 600.0  # code: ProgressTimeout, pkg/controller/statusmanager/pod_status.go
    cno_backoff_max: Period = 1000.0  # code: controller-runtime's exponential limiter, 5 ms to 1000 s

    # machine-config-operator: operator, templates, renders
    mco_notice: float = 2.0  # network.config's watch event to the operator's sync
    mco_sync: float = 3.0  # one pass of the sync loop up to ControllerConfig
    mco_template: float = 3.0  # rewriting 00-master and 00-worker
    mco_render_debounce: float = 5.0  # code: renderDelay, pkg/controller/render/render_controller.go
    mco_required_pools_timeout: Period = 600.0  # code: 10 min (times masters from 4.14), pkg/operator/sync.go
    mco_leader_election: float = 20.0  # a restarted controller takes the lease over (at most 137 s, code)
    node_controller_debounce: float = 5.0  # code: updateDelay, pkg/controller/node/node_controller.go
    node_controller_sync: float = 1.0

    # drain controller
    drain_debounce: float = 5.0  # code: updateDelay, pkg/controller/drain/drain_controller.go
    drain_master: float = 30.0  # grace periods of the evicted pods
    drain_worker: float = 60.0
    drain_attempt: Period = 90.0  # code: drain helper timeout
    drain_retry: Period = 60.0  # code: drainRequeueDelay
    drain_retry_failing: Period = 300.0  # code: drainRequeueFailingDelay, after 10 minutes
    drain_failing_after: Period = 600.0  # code: drainRequeueFailingThreshold
    drain_timeout: Period = 3600.0  # code: the daemon gives up after 1 h

    # machine-config-daemon
    mcd_accept: float = 2.0
    mcd_poll: float = 10.0  # code: the daemon polls for the drain's and the uncordon's completion
    mcd_write: float = 8.0  # files and units, until systemctl reboot
    mcd_start: float = 10.0  # kubelet up to the daemon's first look at the node
    mcd_validate: float = 3.0  # on-disk validation after the boot

    # certificates
    csr_sign: float = 1.0  # an approval to the certificate in the status

    # a node
    node_shutdown: float = 15.0  # systemd stops services: command to the machine being gone
    apiserver_shutdown: float = 70.0  # code: --shutdown-delay-duration; a control plane node takes as much longer
    node_down: float = 75.0  # firmware, kernel, ostree, configure-ovs: until kubelet starts
    kubelet_register: float = 5.0  # kubelet's first status: new boot id, Ready False
    cni_up: float = 30.0  # from then until the CNI configuration is there: Ready True
    pod_restart: float = 20.0  # the node's pods run again after Ready
    shutdown_minute: float = 60.0  # what `shutdown -r +1` calls a minute
    kubelet_network_check: float = 10.0  # code: nodeStatusUpdateFrequency; a CNI configuration that goes or comes
    kubelet_lease: Period = 10.0  # code: nodeLeaseDurationSeconds 40 / 4
    node_monitor_grace: float = 40.0  # code: node-monitor-grace-period
    node_condition_notice: float = 2.0  # node-lifecycle controller: taints after a condition's change
    taint_eviction: Period = 300.0  # code: tolerationSeconds of the default tolerations

    # machine API
    mhc_notice: float = 1.0  # a node's change to the controllers' look at its machine
    machine_delete: float = 30.0  # a host that is powered off and freed
    autoscaler_scan: Period = 10.0  # code: --scan-interval
    autoscaler_unready_time: Period = 1200.0  # code: --scale-down-unready-time; the operator hands on no other
    machine_provision: float = 420.0  # a host that is installed anew, up to its first boot

    # nmstate
    nmstate_refresh: float = 5.0  # a change of a node's network to its NodeNetworkState
    nmstate_apply: float = 15.0  # a policy's creation to its being applied and probed on a node

    # workloads
    pod_schedule: float = 1.0
    pod_start: float = 12.0  # pull, sandbox, start, readiness
    pod_stop: float = 5.0
    plugin_pull: float = 40.0  # the image of a plugin that a node has never run
    plugin_start: float = 45.0  # ovnkube-node / sdn until it is ready on a node
    plugin_stop: float = 5.0  # its DaemonSet's deletion to its preStop, which removes its CNI configuration
    container_restart: float = 2.0  # a container's end to its next start, without back-off
    crash_back_off: Period = (
        10.0  # code: MaxContainerBackOff's first step, doubled at each crash, pkg/kubelet/kubelet.go
    )
    crash_back_off_max: Period = 300.0  # code: MaxContainerBackOff
    multus_indicator_timeout: Period = 45.0  # code: GetReadinessIndicatorFile, multus-cni pkg/types/conf.go
    multus_roll_not_ready: float = 0.0  # a node without CNI configuration while multus rolls (4.12, 4.13); code: none
    workload_notice: float = 1.0  # DaemonSet and Deployment controllers' status updates
    namespace_empty: float = 12.0  # deleting what is in a namespace
    namespace_retry: Period = 15.0  # deletion that found something in its way

    # control plane
    apiserver_start: float = 45.0  # kubelet up to kube-apiserver answering
    etcd_start: float = 30.0  # kubelet up to etcd voting
    api_blip: float = 3.0  # connections reset when the master behind them goes away

    # operators of the static pods
    degraded_inertia: Period = 120.0  # code: NodeControllerDegraded counts after 2 min, library-go pkg/operator/status
    installer_pod: float = 30.0  # writes a revision's files on a node
    static_pod_restart: float = 20.0  # the kubelet starts the new revision

    etcd_backup: float = 12.0  # cluster-backup.sh: reading the database of a cluster of some dozen nodes

    cvo_sync: float = 60.0  # cluster-version-operator: an operator's change to the ClusterVersion's

    # cluster operators between flip and last reboot
    operators_suffer_first: float = 30.0
    operators_suffer_last: float = 180.0
    operators_recover_first: float = 45.0
    operators_recover_last: float = 420.0
    apiservices_suffer: float = 40.0
    apiservices_recover: float = 60.0
    pods_suffer_last: float = 120.0  # readiness probes fail one after the other

    @classmethod
    def instant(cls) -> Durations:
        """Everything takes no time at all; periods keep their rhythm."""
        return cls(**dict.fromkeys(set(cls.names()) - cls.periods(), 0.0))

    @classmethod
    def names(cls) -> list[str]:
        return [item.name for item in fields(cls)]

    @classmethod
    def periods(cls) -> frozenset[str]:
        """The names of those that are a rhythm or a limit."""
        kinds = get_type_hints(cls, include_extras=True)
        return frozenset(name for name in cls.names() if kinds[name] == Period)

    def override(self, values: Mapping[str, float]) -> Durations:
        """The same with some durations changed. ``ValueError`` names what is not a duration, or negative."""
        unknown = sorted(set(values) - set(self.names()))
        if unknown:
            raise ValueError(f"unknown duration {', '.join(unknown)}: choose from {', '.join(self.names())}")
        periods = self.periods()
        for name, value in values.items():
            lowest = 0.001 if name in periods else 0.0
            if float(value) < lowest:
                raise ValueError(f"duration {name} must be at least {lowest:g} seconds, not {value:g}")
        return replace(self, **{name: float(value) for name, value in values.items()})

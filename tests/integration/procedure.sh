#!/usr/bin/env bash
# The commands of the published offline procedure, in its order, with kubectl for oc and exec for rsh. What the text
# leaves to the reader ("wait until all nodes are updated", "reboot every node") is a loop over the command that the
# text tells the reader to look at. Needs KUBECONFIG; writes cluster-openshift-sdn.yaml into the current directory.
set -euo pipefail

pause=${PAUSE:-1}

until_true() { # WHAT COMMAND...: repeat the command, also while the API is away
  local what=$1
  shift
  until "$@" > /dev/null 2>&1; do
    echo "waiting until $what"
    sleep "$pause"
  done
}

operators_healthy() {
  kubectl wait co --all --for='condition=AVAILABLE=True' --timeout=10s &&
    kubectl wait co --all --for='condition=PROGRESSING=False' --timeout=10s &&
    kubectl wait co --all --for='condition=DEGRADED=False' --timeout=10s
}

acknowledged() { # TYPE, empty for none
  [ "$(kubectl get Network.config.openshift.io cluster -o jsonpath='{.status.migration.networkType}')" = "$1" ]
}

# Step 8: state Done, currentConfig equal to desiredConfig, and the right ExecStart in that MachineConfig.
node_prepared() {
  local described current desired state
  described=$(kubectl describe node "$1" | grep -E 'hostname|machineconfig')
  current=$(sed -n 's/^ *machineconfiguration.openshift.io\/currentConfig: *//p' <<< "$described")
  desired=$(sed -n 's/^ *machineconfiguration.openshift.io\/desiredConfig: *//p' <<< "$described")
  state=$(sed -n 's/^ *machineconfiguration.openshift.io\/state: *//p' <<< "$described")
  [ -n "$current" ] && [ "$current" = "$desired" ] && [ "$state" = Done ] || return 1
  kubectl get machineconfig "$current" -o yaml | grep -q 'ExecStart=/usr/local/bin/configure-ovs.sh OVNKubernetes'
}

nodes_prepared() {
  local node
  for node in $(kubectl get nodes -o name); do
    node_prepared "${node#node/}" || return 1
  done
}

boot_ids() {
  kubectl get nodes -o jsonpath='{range .items[*]}{.metadata.name}={.status.nodeInfo.bootID}{"\n"}{end}' | sort
}

every_node_rebooted() {
  local now
  now=$(boot_ids) && [ -n "$now" ] && [ -z "$(comm -12 <(echo "$boots_before") <(echo "$now"))" ]
}

echo "1. back up"
kubectl get Network.config.openshift.io cluster -o yaml > cluster-openshift-sdn.yaml

echo "2. wait for the cluster operators"
until_true "every cluster operator is healthy" operators_healthy

echo "3. remove a migration"
kubectl patch Network.operator.openshift.io cluster --type='merge' --patch '{"spec":{"migration":null}}'
until_true "status.migration is gone" acknowledged ""

echo "4. look for a policy on the primary interface"
kubectl get nncp

echo "5. prepare"
kubectl patch Network.operator.openshift.io cluster --type='merge' \
  --patch '{ "spec": { "migration": { "networkType": "OVNKubernetes" } } }'
until_true "the operator has acknowledged" acknowledged OVNKubernetes

echo "7. wait for the machine config pools, and 8. look at every node"
kubectl get mcp
until_true "every node is prepared" nodes_prepared
kubectl wait mcp --all --for='condition=UPDATED=True' --timeout=600s
until_true "every cluster operator is healthy" operators_healthy

echo "9. switch"
boots_before=$(boot_ids)
kubectl patch Network.config.openshift.io cluster --type='merge' --patch '{ "spec": { "networkType": "OVNKubernetes" } }'
until_true "the operator has applied it" \
  kubectl wait Network.config.openshift.io cluster --for=jsonpath='{.status.networkType}'=OVNKubernetes --timeout=10s

echo "10. wait for multus"
kubectl -n openshift-multus rollout status daemonset/multus

echo "11. reboot every node"
readarray -t pod_nodes <<< "$(kubectl get pod -n openshift-machine-config-operator -o wide | grep daemon | awk '{print $1" "$7}')"
for pair in "${pod_nodes[@]}"; do
  read -r pod node <<< "$pair"
  until kubectl exec -n openshift-machine-config-operator "$pod" -c machine-config-daemon -- \
    chroot /rootfs shutdown -r +1; do
    echo "cannot reboot node $node, retry"
    sleep 3
  done
done
until_true "every node has rebooted" every_node_rebooted

echo "12. verify"
until_true "every node is Ready" kubectl wait nodes --all --for=condition=Ready --timeout=10s
kubectl get network.config/cluster -o jsonpath='{.status.networkType}{"\n"}'
kubectl get nodes
kubectl get pods --all-namespaces -o wide --sort-by='{.spec.nodeName}'
until_true "every cluster operator is healthy" operators_healthy
kubectl get co

echo "13. clean up"
kubectl patch Network.operator.openshift.io cluster --type='merge' --patch '{ "spec": { "migration": null } }'
kubectl patch Network.operator.openshift.io cluster --type='merge' \
  --patch '{ "spec": { "defaultNetwork": { "openshiftSDNConfig": null } } }'
kubectl delete namespace openshift-sdn
echo "done"

"""The cluster-network-operator."""

"""What every cluster has besides its nodes: servers, namespaces, operators, the pod network, the plugins."""

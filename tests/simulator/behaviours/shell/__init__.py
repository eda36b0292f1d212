"""The shell that a command on a node, or in a pod on it, runs in."""

"""The nodes' ssh servers: what the real OpenSSH client reaches when it is given a node's address."""

"""The controllers of workloads, and the pods that they make."""

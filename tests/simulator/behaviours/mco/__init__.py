"""The machine-config-operator: operator, controller (template, render, node, drain) and daemons."""

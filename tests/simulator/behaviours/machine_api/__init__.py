"""machine-api-operator: Machines, MachineSets, MachineHealthChecks."""

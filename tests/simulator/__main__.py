"""``python -m tests.simulator --masters 3 --workers 3 --ocp 4.14 --speed 60 --kubeconfig PATH``."""

from __future__ import annotations

import sys

from tests.simulator.options import parse


def main() -> int:
    options = parse(sys.argv[1:])
    # Only now, so that a mistake on the command line is told at once.
    from tests.simulator.cluster import SimulatedCluster
    from tests.simulator.faults import FaultError
    from tests.simulator.server import serve

    try:
        cluster = SimulatedCluster(options)
        cluster.world.tolerant = True
    except (FaultError, KeyError, ValueError) as error:
        print(f"simulator: {error}", file=sys.stderr)
        return 2
    return serve(cluster, options=options)


if __name__ == "__main__":
    sys.exit(main())

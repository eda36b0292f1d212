"""``python -m tests.simulator --masters 3 --workers 3 --ocp 4.14 --speed 60 --kubeconfig PATH``."""

from __future__ import annotations

import argparse
import sys

from tests.simulator.drawing import described, drawn
from tests.simulator.options import parse


def main() -> int:
    drawing = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    drawing.add_argument("--draw", type=int)
    known, rest = drawing.parse_known_args(sys.argv[1:])
    options = parse(rest)
    if known.draw is not None:
        options = drawn(known.draw, options)
        print(f"simulator: cluster {known.draw} is {described(options)}", file=sys.stderr)
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

"""The side endpoint: the record, the faults, the clock. Plain HTTP on a port of its own, open while the API is down."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from tests.simulator.faults import Fault, FaultError, parse_fault
from tests.simulator.ports import Object
from tests.simulator.record.requests import RequestRecord

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Control:
    """``cluster`` is the SimulatedCluster (or what stands in for it)."""

    def __init__(
        self, cluster: Any, *, record: RequestRecord, wake: Callable[[], None], stop: Callable[[], None]
    ) -> None:
        self._cluster = cluster
        self._record = record
        self._wake = wake
        self._stop = stop

    def application(self) -> web.Application:
        application = web.Application()
        application.add_routes(
            [
                web.get("/record", self._whole_record),
                web.get("/requests", self._requests),
                web.delete("/requests", self._forget_requests),
                web.get("/disruptions", self._disruptions),
                web.get("/state", self._state),
                web.get("/faults", self._faults),
                web.post("/faults", self._add_fault),
                web.delete("/faults/{kind}", self._remove_fault),
                web.post("/clock", self._set_clock),
                web.post("/compact", self._compact),
                web.post("/stop", self._end),
            ]
        )
        return application

    async def _whole_record(self, request: web.Request) -> web.Response:
        return _json({"requests": self._record.rows, "disruptions": self._cluster.disruptions.to_json()})

    async def _requests(self, request: web.Request) -> web.Response:
        return _json(self._record.rows)

    async def _forget_requests(self, request: web.Request) -> web.Response:
        self._record.clear()
        return _json({})

    async def _disruptions(self, request: web.Request) -> web.Response:
        return _json(self._cluster.disruptions.to_json())

    async def _state(self, request: web.Request) -> web.Response:
        return _json(self._described())

    def _described(self) -> Object:
        clock, store, gate = self._cluster.clock, self._cluster.store, self._cluster.gate
        return {
            "clock": {"seconds": clock.seconds, "now": clock.timestamp(), "speed": clock.speed},
            "gate": {"available": gate.available, "reason": gate.reason, "hung": gate.hung},
            "resourceVersion": str(store.revision),
            "counts": {r.key: n for r in store.resources() if (n := store.count(r.key))},
            "requests": len(self._record.rows),
        }

    async def _faults(self, request: web.Request) -> web.Response:
        return _json([fault.to_json() for fault in self._cluster.faults])

    async def _add_fault(self, request: web.Request) -> web.Response:
        """``{"kind", "target", "params"}``, or ``{"fault": "kind:target,name=value"}`` as on the command line."""
        given = await _body(request)
        try:
            if "fault" in given:
                fault = parse_fault(str(given["fault"]))
            else:
                fault = Fault(given.get("kind", ""), given.get("target", ""), given.get("params") or {})
            self._cluster.faults.add(fault)
        except FaultError as error:
            raise web.HTTPBadRequest(text=f"{error}\n") from error
        self._wake()
        return _json(fault.to_json())

    async def _remove_fault(self, request: web.Request) -> web.Response:
        gone = self._cluster.faults.remove(request.match_info["kind"], request.query.get("target"))
        self._wake()
        return _json([fault.to_json() for fault in gone])

    async def _set_clock(self, request: web.Request) -> web.Response:
        given = await _body(request)
        speed = given.get("speed")
        if not isinstance(speed, (int, float)) or isinstance(speed, bool) or speed < 0:
            raise web.HTTPBadRequest(text='{"speed": <number, 0 or more>} is expected\n')
        self._cluster.clock.set_speed(float(speed))
        self._wake()
        return _json(self._described()["clock"])

    async def _compact(self, request: web.Request) -> web.Response:
        """Forget the watch history, as etcd does: older resourceVersions are answered with 410 from now on."""
        self._cluster.store.compact()
        return _json({"resourceVersion": str(self._cluster.store.revision)})

    async def _end(self, request: web.Request) -> web.Response:
        self._stop()
        return _json({})


def _json(value: Any) -> web.Response:
    return web.Response(text=json.dumps(value) + "\n", content_type="application/json")


async def _body(request: web.Request) -> Object:
    try:
        value = json.loads(await request.read() or b"{}")
    except ValueError as error:
        raise web.HTTPBadRequest(text=f"the body is no JSON: {error}\n") from error
    if not isinstance(value, dict):
        raise web.HTTPBadRequest(text="the body must be a JSON object\n")
    return value

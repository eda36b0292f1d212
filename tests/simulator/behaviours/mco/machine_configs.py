"""The MachineConfigs: what the template controller writes for a network type, and how a pool's are merged into one.

The files and units are those whose presence or text tells something about the network, and a few more for company;
real ones are much longer. Names, ``enabled`` and the ExecStart lines are those of machine-config-operator,
templates/common.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from tests.simulator.ports import Object
from tests.simulator.profiles import Profile

OVS_CONFIGURATION = "ovs-configuration.service"
KUBELET_CA = "/etc/kubernetes/kubelet-ca.crt"
_NO_REBOOT = frozenset({KUBELET_CA, "/var/lib/kubelet/config.json"})
CONFIGURE_OVS = "ExecStart=/usr/local/bin/configure-ovs.sh "


def templates(
    role: str, *, network_type: str, proxy: Object, profile: Profile, client_ca: str = ""
) -> dict[str, Object]:
    """Name to ``spec`` of the MachineConfigs that the template controller keeps for a role.

    :param proxy: the status of the cluster's Proxy; it is in a file of each node, so a change of it rolls all pools
    :param client_ca: as the ControllerConfig has it; it is in a file up to 4.13
    """
    version = profile.ignition_version
    return {
        f"00-{role}": _spec(
            version,
            files=[*_common_files(network_type, profile=profile), _proxy_file(proxy)],
            units=_common_units(network_type),
        ),
        f"01-{role}-container-runtime": _spec(
            version,
            files=[
                _file(
                    "/etc/containers/registries.conf",
                    'unqualified-search-registries = ["registry.access.redhat.com"]\n',
                ),
                _file("/etc/crio/crio.conf.d/00-default", "[crio.runtime]\nselinux = true\n"),
            ],
            units=[],
        ),
        f"01-{role}-kubelet": _spec(
            version,
            files=[
                _file("/etc/kubernetes/cloud.conf", ""),
                *([_file(KUBELET_CA, client_ca)] if profile.kubelet_ca_rendered else []),
            ],
            units=[_unit("kubelet.service", _kubelet_unit(role))],
        ),
    }


def others(role: str, *, profile: Profile) -> dict[str, Object]:
    """Name to ``spec`` of the MachineConfigs that come from the installer and the other sub-controllers."""
    version = profile.ignition_version
    return {
        f"97-{role}-generated-kubelet": _spec(version, files=[_file("/etc/kubernetes/kubelet.conf", "{}\n")], units=[]),
        f"98-{role}-generated-kubelet": _spec(version, files=[_file("/etc/node-sizing-enabled.env", "\n")], units=[]),
        f"99-{role}-generated-registries": _spec(
            version,
            files=[_file("/etc/containers/policy.json", '{"default":[{"type":"insecureAcceptAnything"}]}')],
            units=[],
        ),
        f"99-{role}-ssh": {
            "config": {
                "ignition": {"version": version},
                "passwd": {"users": [{"name": "core", "sshAuthorizedKeys": ["ssh-ed25519 AAAA core@example"]}]},
            },
        },
    }


def merged(configs: Iterable[Object]) -> Object:
    """One spec out of many MachineConfigs, by name: a later file replaces one of the same path. Units are merged field
    by field, and their drop-ins by name: one that has only drop-ins leaves the contents of the former alone
    (machine-config-operator, pkg/controller/common, MergeMachineConfigs; ignition, config/merge)."""
    files: dict[str, Any] = {}
    units: dict[str, Any] = {}
    users: dict[str, Any] = {}
    version = ""
    arguments: list[str] = []
    extensions: list[str] = []
    for config in sorted(configs, key=lambda obj: obj["metadata"]["name"]):
        spec = config["spec"]
        ignition = spec.get("config") or {}
        version = max(version, (ignition.get("ignition") or {}).get("version", ""))
        for entry in (ignition.get("storage") or {}).get("files") or ():
            files[entry["path"]] = entry
        for unit in (ignition.get("systemd") or {}).get("units") or ():
            units[unit["name"]] = _merged_unit(units.get(unit["name"]), unit)
        for user in (ignition.get("passwd") or {}).get("users") or ():
            users[user["name"]] = user
        arguments += spec.get("kernelArguments") or []
        extensions += spec.get("extensions") or []
    return {
        "baseOSExtensionsContainerImage": "",
        "config": {
            "ignition": {"version": version},
            "passwd": {"users": [users[name] for name in sorted(users)]},
            "storage": {"files": [files[path] for path in sorted(files)]},
            "systemd": {"units": [units[name] for name in sorted(units)]},
        },
        "extensions": extensions,
        "fips": False,
        "kernelArguments": arguments,
        "kernelType": "default",
        "osImageURL": "",
    }


def _merged_unit(former: Object | None, unit: Object) -> Object:
    result = {**(former or {}), **{key: value for key, value in unit.items() if value is not None}}
    dropins = {entry["name"]: entry for part in (former or {}, unit) for entry in part.get("dropins") or ()}
    return {**result, "dropins": list(dropins.values())} if dropins else result


def rendered_name(pool: str, spec: Object) -> str:
    """``rendered-<pool>-<md5 of the content>``: the same content always has the same name."""
    digest = hashlib.md5(json.dumps(spec, sort_keys=True).encode(), usedforsecurity=False).hexdigest()
    return f"rendered-{pool}-{digest}"


def needs_reboot(old: Object | None, new: Object) -> bool:
    """Whether a node has to be drained and rebooted for the change: not for files that are read anew
    (machine-config-operator, pkg/daemon/update.go, calculatePostConfigChangeActionFromFileDiffs)."""
    return old is None or _without(old, _NO_REBOOT) != _without(new, _NO_REBOOT)


def _without(config: Object, paths: frozenset[str]) -> Any:
    spec = config["spec"]
    ignition = spec.get("config") or {}
    files = [file for file in (ignition.get("storage") or {}).get("files") or () if file["path"] not in paths]
    return {**spec, "config": {**ignition, "storage": files}}


def network_type_of(config: Object | None) -> str:
    """The network type that the unit ``ovs-configuration.service`` of a (rendered) MachineConfig configures."""
    ignition = ((config or {}).get("spec") or {}).get("config") or {}
    for unit in (ignition.get("systemd") or {}).get("units") or ():
        if unit["name"] == OVS_CONFIGURATION and unit.get("enabled"):
            for line in (unit.get("contents") or "").splitlines():
                if line.startswith(CONFIGURE_OVS):
                    return str(line.removeprefix(CONFIGURE_OVS)).strip()
    return ""


def _spec(version: str, *, files: list[Object], units: list[Object]) -> Object:
    config: Object = {"ignition": {"version": version}}
    if files:
        config["storage"] = {"files": files}
    if units:
        config["systemd"] = {"units": units}
    return {"config": config}


def _file(path: str, text: str, *, mode: int = 420) -> Object:
    return {"contents": {"source": "data:," + quote(text)}, "mode": mode, "overwrite": True, "path": path}


def _unit(name: str, contents: str, *, enabled: bool = True) -> Object:
    return {"contents": contents, "enabled": enabled, "name": name}


def _common_files(network_type: str, *, profile: Profile) -> list[Object]:
    files = [
        _file("/usr/local/bin/configure-ovs.sh", _CONFIGURE_OVS_SCRIPT, mode=493),
        _file("/etc/NetworkManager/dispatcher.d/99-vsphere-disable-tx-udp-tnl", "#!/bin/bash\n", mode=484),
        _file(
            "/etc/NetworkManager/dispatcher.d/pre-up.d/10-ofport-request.sh",
            f'#!/bin/bash\nset -eux -o pipefail\nif [[ "{network_type}" != "OVNKubernetes" ]]; then\n  exit 0\nfi\n',
            mode=493,
        ),
        _file(
            "/etc/sysctl.d/inotify.conf", "fs.inotify.max_user_watches = 65536\nfs.inotify.max_user_instances = 8192\n"
        ),
    ]
    if profile.forward_conf == "always" or network_type == "OpenShiftSDN":
        files.append(_file("/etc/sysctl.d/forward.conf", "net.ipv4.ip_forward = 1\nnet.ipv6.conf.all.forwarding = 1\n"))
    return files


def _proxy_file(proxy: Object) -> Object:
    """templates/common/_base/files/etc-mco-proxy.yaml"""
    names = {"httpProxy": "HTTP_PROXY", "httpsProxy": "HTTPS_PROXY", "noProxy": "NO_PROXY"}
    lines = [f"{name}={proxy[key]}" for key, name in names.items() if proxy.get(key)]
    return _file("/etc/mco/proxy.env", "\n".join([*lines, ""]))


def _common_units(network_type: str) -> list[Object]:
    return [
        _unit("NetworkManager-clean-initrd-state.service", _CLEAN_INITRD),
        _unit("nodeip-configuration.service", _nodeip_unit(network_type)),
        _unit(OVS_CONFIGURATION, _ovs_unit(network_type)),
        _unit("openvswitch.service", "", enabled=True),
        _unit("wait-for-br-ex-up.service", _WAIT_FOR_BRIDGE, enabled=network_type == "OVNKubernetes"),
    ]


def _ovs_unit(network_type: str) -> str:
    return (
        "[Unit]\n"
        "Description=Configures OVS with proper host networking configuration\n"
        "Requires=openvswitch.service\n"
        "Wants=NetworkManager-wait-online.service\n"
        "After=NetworkManager-wait-online.service openvswitch.service network.service nodeip-configuration.service\n"
        "Before=kubelet.service node-valid-hostname.service\n"
        "\n"
        "[Service]\n"
        "Type=oneshot\n"
        f"{CONFIGURE_OVS}{network_type}\n"
        "StandardOutput=journal+console\n"
        "StandardError=journal+console\n"
        "\n"
        "[Install]\n"
        "RequiredBy=kubelet.service\n"
    )


def _nodeip_unit(network_type: str) -> str:
    return (
        "[Unit]\n"
        "Description=Writes IP address configuration so that kubelet and crio services select a valid node IP\n"
        "Wants=NetworkManager-wait-online.service\n"
        "After=NetworkManager-wait-online.service firstboot-osupdate.target\n"
        "Before=kubelet.service crio.service ovs-configuration.service\n"
        "\n"
        "[Service]\n"
        "Type=oneshot\n"
        'ExecStart=/bin/bash -c "/usr/bin/podman run --rm --net=host runtimecfg node-ip set --retry-on-failure '
        f'--network-type {network_type}"\n'
        "\n"
        "[Install]\n"
        "RequiredBy=kubelet.service\n"
    )


def _kubelet_unit(role: str) -> str:
    labels = "node-role.kubernetes.io/control-plane,node-role.kubernetes.io/master" if role == "master" else ""
    labels = labels or "node-role.kubernetes.io/worker"
    return (
        "[Unit]\n"
        "Description=Kubernetes Kubelet\n"
        "Requires=crio.service kubelet-auto-node-size.service\n"
        "\n"
        "[Service]\n"
        "Type=notify\n"
        "EnvironmentFile=/etc/os-release\n"
        "ExecStart=/usr/local/bin/kubenswrapper /usr/bin/kubelet --config=/etc/kubernetes/kubelet.conf "
        f"--node-labels={labels},node.openshift.io/os_id=${{ID}}\n"
        "Restart=always\n"
        "\n"
        "[Install]\n"
        "WantedBy=multi-user.target\n"
    )


_CLEAN_INITRD = (
    "[Unit]\nDescription=Cleans NetworkManager state generated by dracut\nBefore=NetworkManager.service\n\n"
    "[Service]\nType=oneshot\nExecStart=/usr/local/bin/nm-clean-initrd-state.sh\n\n[Install]\nWantedBy=network.target\n"
)
_WAIT_FOR_BRIDGE = (
    "[Unit]\nDescription=Wait for br-ex up event from NetworkManager\nRequires=network.target\n"
    "Before=kubelet.service\n\n[Service]\nType=oneshot\nExecStart=/bin/touch /run/nodeip-configuration/br-ex-up\n\n"
    "[Install]\nWantedBy=kubelet.service\n"
)
_CONFIGURE_OVS_SCRIPT = """\
#!/bin/bash
# Moves the interface of the default route into the bridge br-ex for OVNKubernetes, and back out of it for OpenShiftSDN.
set -eux
case "$1" in
  OVNKubernetes) convert_to_bridge br-ex phys0 ;;
  OpenShiftSDN) rollback_nm ;;
esac
"""

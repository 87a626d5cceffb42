"""What can be said of the values before a cluster is there: against the chart itself, without a network.

    make kubernetes ARGS="--chart FOLDER --class class.yaml"

FOLDER is the chart as `helm pull --untar` unpacks it, or the folder jupyterhub/ of a checkout of its repository.
The values are held to the chart's schema, Helm renders the chart with them, and each object is held to Kubernetes'
own schemas. Then the chart's own settings are loaded as in the hub, and KubeSpawner makes a student's pod of them:
the objects that Helm renders do not have it. It is held to what values.yaml and README.md promise.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import json
import os
import re
import sys
import tempfile
from pathlib import Path
from unittest import mock

import helm_python
import jsonschema
import kubernetes_validate
import yaml

HERE = Path(__file__).resolve().parent
LEFT_OPEN = "set-in-class.yaml"  #: what values.yaml has in the place of what class.yaml gives
UNSET = re.compile("set.by.chartpress")  #: what a checkout has in the place of a release's versions
RELEASE = NAMESPACE = "convbp"


def together(below, above):
    """Two files of values, as helm takes them together: the later one wins, key by key."""
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    return {**below, **{key: together(below.get(key), value) for key, value in above.items()}}


def leaves(found, path=""):
    """Each value with its path: `hub.config.Authenticator.allowed_users[0]`."""
    if isinstance(found, dict):
        for key, value in found.items():
            yield from leaves(value, f"{path}.{key}" if path else str(key))
    elif isinstance(found, list):
        for place, value in enumerate(found):
            yield from leaves(value, f"{path}[{place}]")
    else:
        yield path, found


def left_open(values) -> list[str]:
    return [
        f"{path} is not filled in"
        for path, value in leaves(values)
        if value == "" or (isinstance(value, str) and LEFT_OPEN in value)
    ]


# -- the chart -----------------------------------------------------------------------------------------


def named_versions() -> dict[str, str]:
    """The chart and JupyterHub that values.yaml names, and the JupyterHub of the image."""
    first = (HERE / "values.yaml").read_text(encoding="utf-8").split("\n")[0]
    chart, hub = re.search(r"chart (\S+), whose hub is JupyterHub (\S+)\.$", first).groups()
    image = re.search(r"^jupyterhub==(\S+)", (HERE / "requirements.txt").read_text(), re.MULTILINE).group(1)
    return {"chart": chart, "hub": hub, "image": image}


def faults_of_versions(about: dict) -> list[str]:
    named = named_versions()
    found = []
    if about["appVersion"] != named["hub"]:
        found.append(f"the chart's hub is JupyterHub {about['appVersion']}, values.yaml names {named['hub']}")
    if named["image"] != named["hub"]:
        found.append(f"the image has JupyterHub {named['image']}, the hub {named['hub']}")
    if not UNSET.search(about["version"]) and about["version"] != named["chart"]:
        found.append(f"the chart is {about['version']}, values.yaml is for {named['chart']}")
    return found


def schema_of(folder: Path) -> dict:
    """A release has it as JSON, a checkout as YAML."""
    made, source = folder / "values.schema.json", folder / "values.schema.yaml"
    if made.exists():
        return json.loads(made.read_text(encoding="utf-8"))
    return yaml.safe_load(source.read_text(encoding="utf-8"))


def faults_of_values(schema: dict, values: dict) -> list[str]:
    checker = jsonschema.validators.validator_for(schema)(schema)
    return [f"{error.json_path}: {error.message}" for error in checker.iter_errors(values)]


def objects_of(chart, values: dict) -> list[dict]:
    """What Helm would send to the cluster."""
    found = []
    for name, text in chart.render(values, name=RELEASE, namespace=NAMESPACE).items():
        if name.endswith((".yaml", ".yml")):
            found += [one for one in yaml.safe_load_all(text) if one]
    return found


def called(one: dict) -> str:
    return f"{one['kind']} {one['metadata']['name']}"


def faults_of_objects(objects: list[dict], versions: list[str]) -> list[str]:
    found = []
    for version in versions:
        for one in objects:
            try:
                kubernetes_validate.validate(one, version, strict=True)
            except kubernetes_validate.ValidationError as error:
                place = ".".join(map(str, error.path))
                found.append(f"Kubernetes {version}: {called(one)}: {place}: {error.message}")
    return found


# -- what the hub makes of it --------------------------------------------------------------------------


def only(objects: list[dict], kind: str, component: str) -> dict:
    """The one object of a kind that belongs to a component of the chart."""
    (found,) = [
        one
        for one in objects
        if one["kind"] == kind and one["metadata"].get("labels", {}).get("component") == component
    ]
    return found


def settings_of(objects: list[dict], folder: Path):
    """JupyterHub's settings, by the chart's own jupyterhub_config.py, which reads what Helm rendered for it."""
    from traitlets.config import PyFileConfigLoader

    secret, config = only(objects, "Secret", "hub")["data"], only(objects, "ConfigMap", "hub")["data"]
    mounted = "/usr/local/etc/jupyterhub"  # where the pod has them
    for part, files in {
        "secret": {name: base64.b64decode(text).decode() for name, text in secret.items()},
        "config": config,
    }.items():
        (folder / part).mkdir()
        for name, text in files.items():
            (folder / part / name).write_text(text.replace(mounted, str(folder)), encoding="utf-8")
    for one in objects:
        if one["kind"] == "Service":  # as Kubernetes tells each pod
            name = one["metadata"]["name"].upper().replace("-", "_")
            os.environ[f"{name}_SERVICE_PORT"] = str(one["spec"]["ports"][0]["port"])
    os.environ["POD_NAMESPACE"] = NAMESPACE
    sys.modules.pop("z2jh", None)  # another chart's, where this is called twice
    with contextlib.redirect_stdout(sys.stderr):  # it says what it loads
        return PyFileConfigLoader("jupyterhub_config.py", path=str(folder / "config")).load_config()


def faults_of_settings(config) -> list[str]:
    """What JupyterHub, its authenticator or KubeSpawner would not take; the chart's schema does not look there."""
    from jupyterhub.app import JupyterHub
    from kubespawner import KubeSpawner
    from traitlets import TraitError

    app = JupyterHub(config=config)
    authenticator = app.authenticator_class
    known = {}
    for base in (JupyterHub, authenticator, KubeSpawner):
        for one in base.__mro__:
            if hasattr(one, "class_trait_names"):
                known.setdefault(one.__name__, set()).update(one.class_trait_names(config=True))
    found = []
    for section, given in config.items():
        if section in known:
            found += [
                f"hub.config.{section}.{name}: {section} has no such setting"
                for name in given
                if name not in known[section]
            ]
    try:
        authenticator(parent=app)  # its own checks, such as the length of a password
    except (TraitError, ValueError) as error:
        found.append(f"hub.config: {error}")
    if authenticator.__name__ == "DummyAuthenticator":
        found.append("hub.config.JupyterHub.authenticator_class: dummy lets everybody in")
    return found


def students_objects(config) -> list[dict]:
    """The pod and the storage of a student, by KubeSpawner."""
    from kubernetes_asyncio.client import ApiClient
    from kubespawner import KubeSpawner

    async def made():
        with mock.patch(
            "kubespawner.spawner.load_config"
        ):  # no cluster is asked for, and none that is there is
            spawner = KubeSpawner(config=config, _mock=True)
        client = ApiClient()
        try:
            found = [await spawner.get_pod_manifest(), spawner.get_pvc_manifest()]
            return [client.sanitize_for_serialization(one) for one in found]
        finally:
            await client.close()
            await spawner.api.api_client.close()

    return asyncio.run(made())


# -- what is promised ----------------------------------------------------------------------------------


def faults_of_promises(values: dict, objects: list[dict], pod: dict, storage: dict) -> list[str]:
    """What values.yaml and README.md say of a student's server, looked up in what would be sent to the cluster."""
    single = values["singleuser"]
    image = f"{single['image']['name']}:{single['image']['tag']}"
    (server,) = pod["spec"]["containers"]
    policy = only(objects, "NetworkPolicy", "singleuser")["spec"]
    beyond = [
        way
        for way in policy["egress"]
        if any("podSelector" not in target for target in way.get("to", [{}]))
        and not {port["port"] for port in way.get("ports", [{"port": None}])} <= {53}
    ]
    pulled = {
        container["image"]
        for one in objects
        if one["kind"] == "DaemonSet"
        for container in one["spec"]["template"]["spec"]["initContainers"]
    }
    said = {
        "a student's server runs the image of the class": server["image"] == image,
        "the image is pulled before the class": image in pulled,
        "memory is guaranteed and limited": {"requests", "limits"} <= set(server["resources"])
        and all("memory" in server["resources"][part] for part in ("requests", "limits")),
        "the processor is guaranteed and limited": all(
            "cpu" in server["resources"].get(part, {}) for part in ("requests", "limits")
        ),
        "the server is not root's, and cannot become so": server["securityContext"]["runAsUser"] == 1000
        and server["securityContext"]["allowPrivilegeEscalation"] is False,
        "the pod has no key to the cluster": pod["spec"]["automountServiceAccountToken"] is False,
        "a student reaches the hub and the name server alone": "Egress" in policy["policyTypes"]
        and policy["podSelector"]["matchLabels"].items() <= pod["metadata"]["labels"].items()
        and not beyond,
        "the node's credentials are blocked": any(
            one["name"] == "block-cloud-metadata" for one in pod["spec"].get("initContainers", [])
        ),
        "the release is copied before the server is ready": "/opt/convbp/hand_out.py"
        in [value for _, value in leaves(server.get("lifecycle", {}))],
        "the home is storage of the student's own": any(
            one["mountPath"] == "/home/jovyan" for one in server["volumeMounts"]
        )
        and storage["spec"]["resources"]["requests"]["storage"] == single["storage"]["capacity"],
    }
    return [f"not so: {what}" for what, holds in said.items() if not holds]


def faults_of_chart(folder: Path, values: dict, versions: list[str] | None) -> list[str]:
    """What chart, Helm, hub and Kubernetes object to. Where one cannot go on, those behind it are not asked."""
    with helm_python.Chart.load(folder) as chart:
        about = chart.metadata
        faults = faults_of_versions(about) + faults_of_values(schema_of(folder), chart.merge_values(values))
        try:
            objects = objects_of(chart, values)
        except (helm_python.HelmError, yaml.YAMLError) as error:
            return [*faults, f"Helm: {error}"]
    try:
        with tempfile.TemporaryDirectory() as own:
            config = settings_of(objects, Path(own))
        pod, storage = students_objects(config)
    except ValueError as error:
        return [*faults, f"KubeSpawner: {error}"]
    oldest = re.search(r">=\s*(\d+\.\d+)", about["kubeVersion"]).group(1)
    versions = versions or [oldest, kubernetes_validate.latest_version()]
    print(
        f"chart {about['version']}, JupyterHub {about['appVersion']}, Helm {helm_python.helm_sdk_version()}"
    )
    print(f"{len(objects)} objects and a student's pod and storage, Kubernetes {' and '.join(versions)}")
    unset = [path for path, value in leaves([*objects, pod]) if UNSET.search(str(value))]
    if unset:
        print(f"A checkout: {len(unset)} labels and tags have no version yet; a release has them.")
    faults += faults_of_settings(config)
    faults += faults_of_objects([*objects, pod, storage], versions)
    return faults + faults_of_promises(values, objects, pod, storage)


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--chart", type=Path, required=True, help="the folder with Chart.yaml")
    parser.add_argument("--class", dest="own", type=Path, help="your class.yaml")
    parser.add_argument("--values", type=Path, default=HERE / "values.yaml", help="in place of values.yaml")
    parser.add_argument(
        "--kubernetes", nargs="+", help="in place of the oldest for the chart, and the newest"
    )
    given = parser.parse_args(arguments)

    if not (given.chart / "Chart.yaml").exists():
        parser.error(
            f"--chart {given.chart}: there is no Chart.yaml in it. Is it the folder that helm pull unpacked?"
        )
    values = yaml.safe_load(given.values.read_text(encoding="utf-8"))
    if given.own:
        values = together(values, yaml.safe_load(given.own.read_text(encoding="utf-8")))
    else:
        print("No class.yaml was given: the image, the users and the passwords are not looked at.")
    faults = left_open(values) if given.own else []
    faults += faults_of_chart(given.chart, values, given.kubernetes)
    print(*faults, sep="\n", end="\n" if faults else "")
    print(f"Faults: {len(faults)}" if faults else "Nothing is wrong with the values.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

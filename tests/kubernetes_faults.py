"""Run with the Python of .kubernetes: check.py on a small stand-in for the chart, as it is and with faults planted.

Prints, as JSON, what check.py finds for each. The real chart is not there in tests; README.md of the folder says
with which it was tried.
"""

import contextlib
import io
import json
import sys
import tempfile
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "course" / "jupyterhub" / "kubernetes"
sys.path.insert(0, str(FOLDER))

import check  # noqa: E402

CHART = {
    "Chart.yaml": """\
apiVersion: v2
name: standin
version: HERE
appVersion: "THERE"
kubeVersion: ">=1.28.0-0"
""",
    "values.yaml": """\
hub: {config: {JupyterHub: {authenticator_class: dummy}}, resources: {}}
singleuser:
  uid: 1000
  storage: {capacity: 10Gi, homeMountPath: /home/jovyan}
proxy: {}
cull: {}
prePuller: {hook: {enabled: true}}
scheduling: {}
""",
    "values.schema.yaml": """\
$schema: http://json-schema.org/draft-07/schema#
type: object
additionalProperties: false
properties:
  hub: {type: object}
  proxy: {type: object}
  cull: {type: object}
  prePuller: {type: object}
  scheduling: {type: object}
  global: {type: object}
  singleuser:
    type: object
    additionalProperties: false
    properties:
      memory: {type: object, properties: {limit: {type: [string, number]}}}
      networkPolicy:
        type: object
        properties:
          egressAllowRules: {type: object, additionalProperties: {type: boolean}}
      image: {}
      defaultUrl: {}
      cpu: {}
      extraEnv: {}
      storage: {}
      startTimeout: {}
      lifecycleHooks: {}
      cloudMetadata: {}
      uid: {}
""",
    "templates/all.yaml": """\
apiVersion: v1
kind: Secret
metadata: {name: hub, labels: {component: hub}}
data:
  values.yaml: {{ .Values | toYaml | b64enc }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: hub, labels: {component: hub}}
data:
  jupyterhub_config.py: |
    {{- .Files.Get "settings.py" | nindent 4 }}
---
apiVersion: v1
kind: Service
metadata: {name: hub}
spec: {ports: [{port: {{ .Values.hub.port | default 8081 }}}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: students, labels: {component: singleuser}}
spec:
  podSelector: {matchLabels: {component: {{ .Values.hub.policyFor | default "singleuser-server" }}}}
  policyTypes: [Ingress, Egress]
  egress:
    - to: [{podSelector: {matchLabels: {component: hub}}}]
      ports: [{port: 8081}]
    - to: [{ipBlock: {cidr: 10.0.0.0/8}}]
      ports: [{port: 53, protocol: UDP}]
    {{- if .Values.singleuser.networkPolicy.egressAllowRules.nonPrivateIPs }}
    - to: [{ipBlock: {cidr: 0.0.0.0/0}}]
    {{- end }}
{{- if .Values.prePuller.hook.enabled }}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: puller}
spec:
  selector: {matchLabels: {component: puller}}
  template:
    metadata: {labels: {component: puller}}
    spec:
      initContainers:
        - name: pull
          image: "{{ .Values.singleuser.image.name }}:{{ .Values.singleuser.image.tag }}"
      containers: [{name: rest, image: rest}]
{{- end }}
""",
    "settings.py": """\
import os

import yaml

c = get_config()
with open("/usr/local/etc/jupyterhub/secret/values.yaml") as file:
    values = yaml.safe_load(file)
single, given = values["singleuser"], c.KubeSpawner
given.image = f"{single['image']['name']}:{single['image']['tag']}"
given.mem_limit, given.mem_guarantee = single["memory"]["limit"], single["memory"]["guarantee"]
given.cpu_limit, given.cpu_guarantee = single["cpu"]["limit"], single["cpu"]["guarantee"]
given.environment, given.uid = single["extraEnv"], single["uid"]
given.lifecycle_hooks = single["lifecycleHooks"]
given.storage_capacity = single["storage"]["capacity"]
given.volumes = [{"name": "home", "persistentVolumeClaim": {"claimName": "{pvc_name}"}}]
given.volume_mounts = [{"name": "home", "mountPath": single["storage"]["homeMountPath"]}]
given.common_labels = {"port": os.environ["HUB_SERVICE_PORT"]}
if single["cloudMetadata"]["blockWithIptables"]:
    given.init_containers = [{"name": "block-cloud-metadata", "image": "tools"}]
for section, own in values["hub"]["config"].items():
    c[section].update(own)
""",
}

CLASS = {
    "singleuser": {"image": {"name": "example.org/class/convbp", "tag": "1"}},
    "hub": {
        "config": {
            "Authenticator": {"allowed_users": ["ada"], "admin_users": ["grace"]},
            "SharedPasswordAuthenticator": {"user_password": "a" * 8, "admin_password": "b" * 32},
        }
    },
}

#: what is planted: a name, where, and what
PLANTED = {
    "unknown key": ("singleuser.memori", {"limit": "1G"}),
    "wrong type": ("singleuser.networkPolicy.egressAllowRules.privateIPs", "no"),
    "not filled in": ("singleuser.image.tag", ""),
    "left as in values.yaml": ("singleuser.image.name", "set-in-class.yaml/convbp"),
    "unknown setting": ("hub.config.SharedPasswordAuthenticator.user_pasword", "c" * 8),
    "short password": ("hub.config.SharedPasswordAuthenticator.user_password", "short"),
    "everybody gets in": ("hub.config.JupyterHub.authenticator_class", "dummy"),
    "the internet": ("singleuser.networkPolicy.egressAllowRules.nonPrivateIPs", True),
    "the node's credentials": ("singleuser.cloudMetadata.blockWithIptables", False),
    "no memory limit": ("singleuser.memory.limit", None),
    "no processor limit": ("singleuser.cpu.limit", None),
    "root": ("singleuser.uid", 0),
    "no copy": ("singleuser.lifecycleHooks.postStart.exec.command", ["true"]),
    "misspelt for Kubernetes": ("singleuser.lifecycleHooks.postStart", {"exec": {"command": "one text"}}),
    "no container of KubeSpawner's": ("singleuser.extraEnv", {"A": {"B": 1}}),
    "another image": ("hub.config.KubeSpawner.image", "example.org/other:1"),
    "may become root": ("hub.config.KubeSpawner.allow_privilege_escalation", True),
    "a key to the cluster": ("hub.config.KubeSpawner.automount_service_account_token", True),
    "a policy for other pods": ("hub.policyFor", "other"),
    "another home": ("singleuser.storage.homeMountPath", "/home/other"),
    "not pulled": ("prePuller.hook.enabled", False),
    "no object of Kubernetes": ("hub.port", "eighty"),
    "Helm cannot render": ("hub", "text"),
}


def put(values, path, what):
    *above, last = path.split(".")
    for key in above:
        values = values.setdefault(key, {})
    values[last] = what


def chart_in(folder, version="4.4.0", hub="5.5.0"):
    for name, text in CHART.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("THERE", hub).replace("HERE", version), encoding="utf-8")
    return folder


def said_of(chart, folder, own):
    file = folder / "class.yaml"
    file.write_text(yaml.safe_dump(own), encoding="utf-8")
    with contextlib.redirect_stdout(io.StringIO()) as said:
        failed = check.main(["--chart", str(chart), "--class", str(file)])
    return {"exit": failed, "said": said.getvalue()}


def examples_in_comments():
    """The sections for `hub.config` that stand in comments at the end of class.example.yaml."""
    text = (FOLDER / "class.example.yaml").read_text(encoding="utf-8")
    lines = [line[2:] for line in text.split("\n") if line.startswith("#     ")]
    blocks = "\n".join(lines).replace("    JupyterHub:", "---\n    JupyterHub:")
    return [one for one in yaml.safe_load_all(blocks) if one]


def main():
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        chart = chart_in(folder / "chart")
        found["nothing"] = said_of(chart, folder, CLASS)
        for name, (path, what) in PLANTED.items():
            own = json.loads(json.dumps(CLASS))
            put(own, path, what)
            found[name] = said_of(chart, folder, own)
        found["another chart"] = said_of(chart_in(folder / "other", version="4.3.5"), folder, CLASS)
        found["another hub"] = said_of(chart_in(folder / "hub", hub="5.4.6"), folder, CLASS)
        for number, example in enumerate(examples_in_comments()):
            own = json.loads(json.dumps(CLASS))
            own["hub"]["config"] = example
            found[f"example {number}"] = said_of(chart, folder, own)
    print(json.dumps(found))


if __name__ == "__main__":
    main()

"""docker/ says what the rest of the project says: packages, ports, flags, versions, views. No container runs in the tests."""

import json
import re

PORTS = ("6875", "6876")
SERVED = ("docker/Dockerfile", "docker/compose.yaml", "tools/dev/up")
SQL_FILES = ("docs/quickstart/quickstart.sql", "docs/quickstart/kafka.sql")


def check(repository):
    if "docker/Dockerfile" not in repository.paths:
        return
    yield from dockerfile(repository)
    yield from compose(repository)
    yield from flags(repository)
    yield from grafana(repository)


def dockerfile(repository):
    path = "docker/Dockerfile"
    text = repository.text(path)
    listed = set(re.findall(r"^\[(\w+)\]$", repository.text("tools/packages.txt"), re.MULTILINE))
    if "apt-get" in text:
        yield f"{path}:1: packages are installed by tools/setup, from tools/packages.txt"
    for section in ("setup build", "packages run"):
        if section not in text or section.split()[1] not in listed:
            yield f"{path}:1: `{section}` is not run, or tools/packages.txt has no such section"
    for line in re.findall(r"^COPY (?!--from)(.*) \S+$", text, re.MULTILINE):
        for source in line.split():
            if source != "." and not exists(repository, source):
                yield f"{path}:1: COPY {source}: no such file"
    user = re.findall(r"^USER (\S+)", text, re.MULTILINE)
    if not user or user[-1] in ("root", "0"):
        yield f"{path}:1: the server runs as root"
    if re.findall(r"^EXPOSE (.*)$", text, re.MULTILINE) != [" ".join(PORTS)]:
        yield f"{path}:1: EXPOSE is not {' '.join(PORTS)}"


def compose(repository):
    path = "docker/compose.yaml"
    text = repository.text(path)
    for port in PORTS:
        if f'"127.0.0.1:{port}:{port}"' not in text:
            yield f"{path}:1: port {port} is not published on loopback"
    for published in re.findall(r'^\s+- "?([\d.:]+:\d+)"?$', text, re.MULTILINE):
        if not published.startswith("127.0.0.1:"):
            yield f"{path}:1: {published} is published beyond loopback"
    for image in re.findall(r"image: (\S+)", text):
        if ":" not in image or image.endswith(":latest"):
            yield f"{path}:1: image {image} names no version"
    for source in re.findall(r"^\s+- (\.\.?/[^:\s]+):", text, re.MULTILINE):
        target = source[3:] if source.startswith("../") else "docker/" + source[2:]
        if not exists(repository, target):
            yield f"{path}:1: {source} is mounted and does not exist"
    pom = re.search(r"kafka_[\d.]+</artifactId>\s*<version>([\d.]+)<", repository.text("tests/kafka/pom.xml"))
    if pom and set(re.findall(r"image: apache/kafka:(\S+)", text)) != {pom.group(1)}:
        yield f"{path}:1: the broker is not {pom.group(1)}, the version of tests/kafka/pom.xml"


def flags(repository):
    """What is passed to `millrace serve` is known to server/."""
    server = "\n".join(repository.text(path) for path in repository.cpp() if path.startswith("server/"))
    if not server:
        return
    for path in SERVED:
        text = repository.text(path).replace("\\\n", " ")
        for line in text.splitlines():
            if re.search(r"\bserve\b", line):
                for flag in re.findall(r"--([a-z][a-z-]+)", line.split("serve", 1)[1]):
                    if not re.search(rf"\b{flag.replace('-', '[-_]')}\b", server):
                        yield f"{path}:1: --{flag} is no setting of the server"
        for port in PORTS:
            if port not in text:
                yield f"{path}:1: port {port} is not the one it listens on"


def grafana(repository):
    source = repository.text("docker/grafana/provisioning/datasources/millrace.yaml")
    uid = re.search(r"uid: (\S+)", source).group(1)
    if "url: millrace:6875" not in source:
        yield "docker/grafana/provisioning/datasources/millrace.yaml:1: the datasource is not millrace:6875"
    sql = "\n".join(repository.text(path) for path in SQL_FILES)
    relations = set(re.findall(r"CREATE (?:MATERIALIZED VIEW|SOURCE)(?: IF NOT EXISTS)? (\w+)", sql))
    for path in repository.paths:
        if not path.startswith("docker/grafana/dashboards/"):
            continue
        dashboard = json.loads(repository.text(path))
        for panel in dashboard["panels"]:
            if panel["datasource"]["uid"] != uid:
                yield f"{path}:1: panel {panel['title']} asks {panel['datasource']['uid']}, not {uid}"
            for target in panel["targets"]:
                for relation in re.findall(r"\b(?:FROM|JOIN) (\w+)", target["rawSql"]):
                    if relation not in relations:
                        yield f"{path}:1: panel {panel['title']} reads {relation}, which the quickstart does not make"


def exists(repository, path):
    return path in repository.paths or any(known.startswith(path.rstrip("/") + "/") for known in repository.paths)

"""nginx as the Hub and as the file host behind it, and what its log says of the requests."""
import contextlib
import hashlib
import json
import os
import re
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from problems import Impossible, Problem

NGINX = "/usr/sbin/nginx"
NOT_ALLOWED = 3  # says launch
REPO = "bench/files"
COMMIT = hashlib.sha1(b"bench").hexdigest()
SECURE = "ssl http2"
NEAR = ("127.0.0.1", "127.0.0.2")  # the Hub and the file host; clients tell hosts apart by their names
FAR = ("10.77.0.2", "10.77.0.3")

CONFIG = """\
daemon off;
{user}
worker_processes 2;
pid {work}/pid;
error_log {work}/error.log warn;
events {{ worker_connections 1024; }}
http {{
    log_format counted '$server_name $request_method $status $connection $body_bytes_sent $uri';
    access_log {work}/access.log counted;
    client_body_temp_path {work}/body;
    proxy_temp_path {work}/proxy;
    fastcgi_temp_path {work}/fastcgi;
    uwsgi_temp_path {work}/uwsgi;
    scgi_temp_path {work}/scgi;
    default_type application/octet-stream;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000;
    open_file_cache max=2000 inactive=600s;
    map_hash_max_size 16384;
    map_hash_bucket_size 256;
    {certificate}
    map $asked_path $digest {{ default ""; include {work}/digests; }}
    map $asked_path $length {{ default ""; include {work}/lengths; }}
    map $http_x_body $asked_name {{ default none; "~\\"paths\\":\\[\\"(?<named>[^\\"]+)\\"" $named; }}

    server {{ # the Hub
        listen {host}:{hub_port} {secure};
        server_name hub;
        location ~ ^/api/models/{repo}/paths-info/ {{
            proxy_pass http://unix:{work}/inner:;
            proxy_method GET;
            proxy_set_header X-Body $request_body;
            proxy_set_header Content-Length "";
            proxy_pass_request_body off;
        }}
        location ~ ^/api/models/{repo}/tree/ {{
            default_type application/json;
            root {work}/answers;
            try_files /tree.json =404;
        }}
        location ~ ^/api/models/{repo}(/revision/[^/]+)?$ {{
            default_type application/json;
            root {work}/answers;
            try_files /info.json =404;
        }}
        location ~ ^/{repo}/resolve/[^/]+/(?<asked_path>.+)$ {{
            default_type text/plain;
            add_header X-Repo-Commit {commit} always;
            add_header X-Linked-Size $length always;
            add_header X-Linked-Etag '"$digest"' always;
            if ($digest = "") {{ return 404; }}
            return 302 {scheme}://{files_host}:{files_port}/blobs/$digest;
        }}
    }}
    server {{ # answers to what is asked in the body of a request
        listen unix:{work}/inner;
        access_log off;
        default_type application/json;
        root {work}/answers/paths;
        location / {{ try_files /$asked_name.json =404; }}
    }}
    server {{ # the file host
        listen {files_host}:{files_port} {secure};
        server_name files;
        limit_rate {per_answer};
        location /blobs/ {{ alias {content}/; }}
    }}
}}
"""


@dataclass(frozen=True)
class Requests:
    """What one client asked for."""
    hub: int = 0  # of the Hub, all
    heads: int = 0
    resolves: int = 0  # of the Hub: where a file is
    files: int = 0  # of the file host
    connections: int = 0  # to the file host
    redone: float = 0  # bytes the file host sent more than needed


class Authority:
    """A certificate authority of our own, for this run; every client is told to trust it."""

    def __init__(self, folder):
        self.certificate = folder / "authority.pem"
        self.server_key = folder / "server.key"
        self.server = folder / "server.pem"
        key, request, names = folder / "authority.key", folder / "server.csr", folder / "names"
        names.write_text("subjectAltName=" + ",".join(f"IP:{host}" for host in NEAR + FAR))
        new = ["-newkey", "rsa:2048", "-nodes"]
        self.openssl("req", "-x509", *new, "-keyout", key, "-out", self.certificate, "-days", "2",
                     "-subj", "/CN=Hubload bench")
        self.openssl("req", *new, "-keyout", self.server_key, "-out", request, "-subj", "/CN=localhost")
        self.openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", key,
                     "-CAcreateserial", "-days", "2", "-extfile", names, "-out", self.server)

    @staticmethod
    def openssl(*arguments):
        done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True)
        if done.returncode:
            raise Problem(f"openssl {arguments[0]}: {done.stderr.strip()}")


def entry(file):
    oid = hashlib.sha1(file.path.encode()).hexdigest()
    lfs = {"oid": file.sha256, "size": file.size, "pointerSize": 134}
    return {"type": "file", "oid": oid, "size": file.size, "path": file.path, "lfs": lfs}


def write_answers(work, files):
    answers = work / "answers"
    (answers / "paths").mkdir(parents=True)
    entries = [entry(file) for file in files]
    folders = sorted({str(Path(file.path).parent) for file in files} - {"."})
    tree = [{"type": "directory", "oid": hashlib.sha1(name.encode()).hexdigest(), "size": 0, "path": name}
            for name in folders]
    (answers / "tree.json").write_text(json.dumps(tree + entries))
    for one in entries:
        place = answers / "paths" / f"{one['path']}.json"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(json.dumps([one]))
    (answers / "info.json").write_text(json.dumps({
        "_id": "0" * 24, "id": REPO, "modelId": REPO, "author": "bench", "sha": COMMIT, "private": False,
        "gated": False, "disabled": False, "tags": [], "downloads": 0, "likes": 0,
        "lastModified": "2026-01-01T00:00:00.000Z", "createdAt": "2026-01-01T00:00:00.000Z",
        "siblings": [{"rfilename": file.path} for file in files]}))
    (work / "digests").write_text("".join(f'"{file.path}" {file.sha256};\n' for file in files))
    (work / "lengths").write_text("".join(f'"{file.path}" {file.size};\n' for file in files))


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


class Hub:
    """Where the clients ask, and what they have asked."""

    def __init__(self, work, scheme, host, port, files):
        self.endpoint = f"{scheme}://{host}:{port}"
        self.files = files
        self._log = work / "access.log"
        self._read = 0

    def url(self, file):
        return f"{self.endpoint}/{REPO}/resolve/main/{file.path}"

    def forget(self):
        self._read = self._log.stat().st_size

    def requests(self):
        """Since the last forget(). A line is written when its request ends, a moment after the client."""
        time.sleep(0.1)
        with open(self._log, encoding="utf-8") as log:
            log.seek(self._read)
            return count(log, sum(file.size for file in self.files))


def count(lines, needed):
    hub = heads = resolves = files = sent = 0
    connections = set()
    for line in lines:
        server, method, _, connection, body, path = line.rstrip("\n").split(" ", 5)
        if server == "files":
            files += 1
            sent += int(body)
            connections.add(connection)
            continue
        hub += 1
        heads += method == "HEAD"
        resolves += bool(re.search(r"/resolve/", path))
    return Requests(hub, heads, resolves, files, len(connections), max(0, sent - needed))


def wait_until_up(process, work):
    for _ in range(100):
        if process.poll() is not None:
            break
        if (work / "pid").exists() and (work / "pid").read_text().strip():
            return
        time.sleep(0.05)
    said = (work / "launch.log").read_text() + (
        (work / "error.log").read_text() if (work / "error.log").exists() else "")
    kind = Impossible if process.poll() == NOT_ALLOWED else Problem
    raise kind(f"nginx does not start: {said.strip()}")


@contextlib.contextmanager
def running(launcher, work, content, files, scenario, authority, congestion="", networks=None):
    """The Hub with FILES below CONTENT, in the server's network if there are networks."""
    work.mkdir(parents=True)
    write_answers(work, files)
    host, files_host = FAR if networks else NEAR
    hub_port, files_port = (8001, 8002) if networks else free_ports(2)
    config = work / "nginx.conf"
    config.write_text(CONFIG.format(
        work=work, content=content, repo=REPO, commit=COMMIT, host=host, files_host=files_host,
        hub_port=hub_port, files_port=files_port, per_answer=scenario.per_answer, scheme="https" if scenario.tls else "http",
        secure=SECURE if scenario.tls else "", user="user root;" if os.geteuid() == 0 else "",
        certificate=(f"ssl_certificate {authority.server};\n    ssl_certificate_key "
                     f"{authority.server_key};" if scenario.tls else "")))
    (work / "access.log").touch()
    limit = f",{scenario.per_connection}" if scenario.per_connection else ""
    command = launcher.command([NGINX, "-c", str(config), "-p", str(work)],
                               network=networks.server if networks else None,
                               user=networks.user if networks else "",
                               listen=[f"{host}:{hub_port},{congestion}",
                                       f"{files_host}:{files_port},{congestion}{limit}"])
    with open(work / "launch.log", "w") as log, subprocess.Popen(
            command, stdout=log, stderr=log) as process:
        try:
            wait_until_up(process, work)
            yield Hub(work, "https" if scenario.tls else "http", host, hub_port, files)
        finally:
            process.terminate()  # nginx ends with it

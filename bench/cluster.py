#!/usr/bin/env python3
"""Start a Spark cluster of this machine, say its address, and stop it when interrupted.

    python bench/cluster.py --workers 2 [--port 7077]

It needs the packages of the extra `spark` and Java 17. A cluster over several machines is started by Spark's own
scripts, or is there already; this one is for trying out and for tests.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

MASTER, WORKER = "org.apache.spark.deploy.master.Master", "org.apache.spark.deploy.worker.Worker"
HOST = "127.0.0.1"


def spark_class(home: Path, environment: dict[str, str], *words: str) -> subprocess.Popen[bytes]:
    command = [str(home / "bin" / "spark-class"), *words]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def alive(port: int) -> int:
    """Count the workers that the master knows; 0 while it does not answer."""
    import json

    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/json/", timeout=2) as answer:
            return int(json.load(answer)["aliveworkers"])
    except (OSError, ValueError, KeyError):
        return 0


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--workers", type=int, default=2)
    asked.add_argument("--port", type=int, default=7077)
    asked.add_argument("--page", type=int, default=0, help="port of the master's own page; default: 4 above --port")
    given = asked.parse_args()
    import pyspark

    home, page = Path(pyspark.__file__).parent, given.page or given.port + 4
    environment = os.environ | {
        "SPARK_NO_DAEMONIZE": "1", "SPARK_LOCAL_IP": HOST, "PYSPARK_PYTHON": sys.executable, "SPARK_HOME": str(home),
    }  # fmt: skip
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    address = f"spark://{HOST}:{given.port}"
    running = [spark_class(
        home, environment, MASTER, "--host", HOST, "--port", str(given.port), "--webui-port", str(page)
    )]  # fmt: skip
    try:
        for _ in range(given.workers):
            running.append(spark_class(home, environment, WORKER, "--cores", "1", "--memory", "1g", address))
        while alive(page) < given.workers:
            if any(child.poll() is not None for child in running):
                print("A part of the cluster ended; is the port free, and is Java 17 there?", file=sys.stderr)
                return 1
            time.sleep(0.5)
        print(f"{address} has {given.workers} workers; Ctrl-C stops them.", flush=True)
        while all(child.poll() is None for child in running):
            time.sleep(1)
        return 1
    except (KeyboardInterrupt, SystemExit):
        return 0
    finally:
        for child in running:
            child.terminate()
        for child in running:
            child.wait(timeout=30)


if __name__ == "__main__":
    raise SystemExit(main())

"""Roots below to jars.lock: resolves each set transitively with PySpark's Ivy and hashes what arrives.

Run it after changing a version: `.venv/bin/python scripts/lock_jars.py`. It needs the network and about a
minute.
"""

import re
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from runtime import jars  # noqa: E402 - the checkout need not be installed
from runtime.files import write_atomically  # noqa: E402

ROOTS = {
    "spark": [
        "org.apache.spark:spark-sql-kafka-0-10_2.13:4.2.0",
        "io.delta:delta-spark_4.2_2.13:4.4.0",
        "com.fasterxml.jackson.datatype:jackson-datatype-jdk8:2.21.2",  # as Spark's Jackson
    ],
    "s3": [
        "org.apache.hadoop:hadoop-aws:3.5.0",  # as the Hadoop in PySpark's jars folder
        # whose classes hadoop-aws loads in any case:
        "software.amazon.s3.analyticsaccelerator:analyticsaccelerator-s3:1.3.1",
        *(f"software.amazon.awssdk:{name}:2.35.4" for name in ("s3", "s3-transfer-manager", "sts")),
        *(f"software.amazon.awssdk:{name}:2.35.4" for name in ("apache-client", "netty-nio-client")),
    ],
    "broker": [
        "org.apache.kafka:kafka_2.13:4.3.1",
        "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4",  # without it Kafka logs nothing at all
    ],
}
LEFT_OUT = {"shims"}  # RoaringBitmap's old split; the RoaringBitmap in PySpark's jars folder has it inside
ALONE = {
    "hadoop-aws",
    "analyticsaccelerator-s3",
}  # it asks for all of the AWS SDK in one jar of 600 MB; the modules it uses are named above
SETTINGS = """<ivysettings>
  <settings defaultResolver="central"/>
  <resolvers><ibiblio name="central" m2compatible="true"/></resolvers>
</ivysettings>
"""
HEADER = """# The exact jars Spark and the embedded broker are started with: set group:artifact:version sha256
# Made by scripts/lock_jars.py (change ROOTS there and run it again); do not edit by hand.
"""


def in_pyspark() -> set[str]:
    """Artifact names that PySpark's own jars folder already has."""
    return {re.sub(r"-\d[\w.\-]*\.jar$", "", path.name) for path in jars.ivy_jar().parent.glob("*.jar")}


def resolve(set_name: str, folder: Path) -> list[str]:
    """The lines of one set."""
    rows = "".join(
        '<dependency org="{}" name="{}" rev="{}" transitive="{}" force="true"'
        ' conf="default-&gt;master,runtime"/>'.format(*root.split(":"), str(root.split(":")[1] not in ALONE).lower())
        for root in ROOTS[set_name]
    )
    module, settings = folder / f"{set_name}.xml", folder / "settings.xml"
    settings.write_text(SETTINGS, encoding="utf-8")
    module.write_text(
        f'<ivy-module version="2.0"><info organisation="tickets" module="{set_name}"/>'
        f'<configurations><conf name="default"/></configurations>'
        f"<dependencies>{rows}</dependencies></ivy-module>",
        encoding="utf-8",
    )
    out = folder / set_name
    jars.ivy(module, out / "[organisation]" / "[module]" / "[revision].[ext]", folder / "cache", settings)
    left_out = LEFT_OUT | (set() if set_name == "broker" else in_pyspark())
    found = sorted(path.relative_to(out) for path in out.glob("*/*/*.jar"))
    kept = [path for path in found if path.parts[1] not in left_out]
    return [f"{set_name} {p.parts[0]}:{p.parts[1]}:{p.stem} {jars.digest(out / p)}" for p in kept]


def main() -> None:
    """Write jars.lock."""
    with tempfile.TemporaryDirectory() as folder:
        lines = [line for set_name in ROOTS for line in resolve(set_name, Path(folder))]
    write_atomically(ROOT / "jars.lock", HEADER + "\n".join(lines) + "\n")
    sys.stdout.write(f"jars.lock: {len(lines)} jars\n")


if __name__ == "__main__":
    main()

"""Dask audits a table of witnesses: python dask_worker.py SRC DST [SCHEDULER]"""
import pathlib, sys, tempfile
import subprocess
import pyarrow.parquet as pq
from dask.distributed import Client


def audit(source, part, folder):
    target = pathlib.Path(folder) / f"part-{part:06}.parquet"
    if target.exists():  # an earlier run has done it
        return
    with tempfile.TemporaryDirectory(dir=folder, prefix=".") as out:
        command = ["iso-verify", "batch", str(source), "--engine", "native", "--quiet"]
        subprocess.run([*command, "--results", f"{out}/out/"], stdout=subprocess.DEVNULL)
        done = pq.read_table(f"{out}/out/transactions", columns=["id", "verdict", "error"])
        pq.write_table(done, f"{out}/whole")
        pathlib.Path(f"{out}/whole").rename(target)


if __name__ == "__main__":
    pathlib.Path(sys.argv[2]).mkdir(exist_ok=True)
    client = Client(sys.argv[3]) if len(sys.argv) > 3 else Client(threads_per_worker=1)
    sources = sorted(pathlib.Path(sys.argv[1]).rglob("*.parquet"))
    client.gather([client.submit(audit, source, part, sys.argv[2], retries=3) for part, source in enumerate(sources)])

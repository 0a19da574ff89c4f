"""Spark audits a table of witnesses: spark-submit spark_worker.py SRC DST"""
import sys, tempfile
import subprocess
import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import SparkSession
from pyspark.sql.types import StringType, StructField, StructType

RESULT = StructType([StructField("id", StringType()), StructField("verdict", StringType()), StructField("error", StringType())])


def audit(batches):
    for batch in batches:
        with tempfile.TemporaryDirectory() as folder:
            pq.write_table(pa.Table.from_batches([batch]), f"{folder}/in.parquet")
            command = ["iso-verify", "batch", f"{folder}/in.parquet", "--engine", "native", "--quiet"]
            subprocess.run([*command, "--results", f"{folder}/out/"], stdout=subprocess.DEVNULL)
            done = pq.read_table(f"{folder}/out/transactions", columns=["id", "verdict", "error"])
        yield from done.to_batches()


spark = SparkSession.builder.config("spark.sql.execution.arrow.maxRecordsPerBatch", "500").getOrCreate()
witnesses = spark.read.parquet(sys.argv[1]).select("id", "witness")
witnesses.mapInArrow(audit, RESULT).write.parquet(sys.argv[2])

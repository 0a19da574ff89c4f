"""Reads tables by Spark, says what is in them as JSON, and writes the witnesses as a table of its own."""

import json
import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as f

witnesses, results, theirs = sys.argv[1:]
spark = (
    SparkSession.builder.master("local[1]")
    .config("spark.ui.enabled", "false")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.sql.shuffle.partitions", "1")
    .getOrCreate()
)
table = spark.read.parquet(witnesses)
transactions = spark.read.parquet(f"{results}/transactions")
messages = spark.read.parquet(f"{results}/messages")
findings = spark.read.parquet(f"{results}/findings").orderBy("id", "index")
count, size, block = table.agg(f.count("*"), f.sum(f.length("witness")), f.max("block")).first()
verdicts = transactions.groupBy(f.coalesce("verdict", f.lit("none"))).count().collect()
gas, not_run = transactions.agg(f.sum("gas_used"), f.sum(f.size("not_run"))).first()
first = transactions.where("id = 'in/erc20-transfer.bin'").first()
found = findings.select("id", "code", "title", "said", "computed").collect()
table.write.parquet(theirs)
print(
    json.dumps(
        {
            "witnesses": count,
            "bytes": int(size),
            "blocks": int(block),
            "verdicts": {row[0]: row[1] for row in verdicts},
            "gas": int(gas),
            "notRun": int(not_run),
            "transaction": "0x" + first["transaction"].hex(),
            "messages": messages.count(),
            "callers": messages.select("caller").distinct().count(),
            "findings": [list(row) for row in found],
        }
    )
)

"""Reads tables by pandas, says what is in them as JSON, and writes the witnesses as a table of its own."""

import json
import sys

import pandas

witnesses, results, theirs = sys.argv[1:]
table = pandas.read_parquet(witnesses)
transactions = pandas.read_parquet(f"{results}/transactions")
messages = pandas.read_parquet(f"{results}/messages")
findings = pandas.read_parquet(f"{results}/findings").sort_values(["id", "index"])
first = transactions[transactions["id"] == "in/erc20-transfer.bin"].iloc[0]
columns = ["id", "code", "title", "said", "computed"]
table.to_parquet(theirs)
print(
    json.dumps(
        {
            "witnesses": len(table),
            "bytes": int(table["witness"].map(len).sum()),
            "blocks": int(table["block"].max()),
            "verdicts": transactions["verdict"].fillna("none").value_counts().to_dict(),
            "gas": int(transactions["gas_used"].sum()),
            "notRun": int(transactions["not_run"].map(len).sum()),
            "transaction": "0x" + first["transaction"].hex(),
            "messages": len(messages),
            "callers": int(messages["caller"].nunique()),
            "findings": findings[columns].values.tolist(),
        }
    )
)

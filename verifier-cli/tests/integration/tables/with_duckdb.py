"""Reads tables by DuckDB, says what is in them as JSON, and writes the witnesses as a table of its own."""

import json
import sys

import duckdb

witnesses, results, theirs = sys.argv[1:]
database = duckdb.connect()


def one(query):
    return database.sql(query).fetchall()[0]


def table(name):
    return f"'{results}/{name}/*.parquet'"


count, size, block = one(f"SELECT count(*), sum(octet_length(witness)), max(block) FROM '{witnesses}'")
verdicts = database.sql(
    f"SELECT coalesce(verdict, 'none'), count(*) FROM {table('transactions')} GROUP BY ALL"
).fetchall()
gas, not_run = one(f"SELECT sum(gas_used), sum(len(not_run)) FROM {table('transactions')}")
(transaction,) = one(
    f"SELECT lower(hex(transaction)) FROM {table('transactions')} WHERE id = 'in/erc20-transfer.bin'"
)
messages, callers = one(f"SELECT count(*), count(DISTINCT caller) FROM {table('messages')}")
findings = database.sql(
    f"SELECT id, code, title, said, computed FROM {table('findings')} ORDER BY id, index"
).fetchall()
database.sql(f"COPY (SELECT * FROM '{witnesses}') TO '{theirs}' (FORMAT parquet)")
print(
    json.dumps(
        {
            "witnesses": count,
            "bytes": int(size),
            "blocks": block,
            "verdicts": dict(verdicts),
            "gas": int(gas),
            "notRun": int(not_run),
            "transaction": "0x" + transaction,
            "messages": messages,
            "callers": callers,
            "findings": findings,
        }
    )
)

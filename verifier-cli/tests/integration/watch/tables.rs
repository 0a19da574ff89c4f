//! What stands in a watcher's database, read by other means than its own.

use alloy_primitives::keccak256;

use super::Chain;

/// All tables with the columns that do not tell when something happened.
const TABLES: [(&str, &str); 6] = [
    (
        "blocks",
        "hash number parent timestamp fork transactions verdict problem reason canonical attempts",
    ),
    (
        "transactions",
        "block position hash status verdict execution_audit access_audit tree_audit \
         transaction_audit gas_used reason witness certificate",
    ),
    (
        "messages",
        "block position message parent depth kind recipient status gas_used records witness_bytes \
         verdict",
    ),
    ("findings", "block position finding audit kind message record pc expected found"),
    ("witnesses", "hash bytes kept"),
    ("heads", "name number hash"),
];

/// The rows that a statement gives, all columns as text.
pub(super) fn rows(database: &str, sql: &str) -> Vec<Vec<String>> {
    if database.starts_with("postgres://") {
        let mut client = postgres::Client::connect(database, postgres::NoTls).unwrap();
        let rows = client.query(sql, &[]).unwrap();
        let text = |row: &postgres::Row, column| row.get::<_, Option<String>>(column);
        let cells = |row: &postgres::Row| {
            (0..row.len()).map(|column| text(row, column).unwrap_or_default()).collect()
        };
        return rows.iter().map(cells).collect();
    }
    let connection = rusqlite::Connection::open(database).unwrap();
    let mut statement = connection.prepare(sql).unwrap();
    let columns = statement.column_count();
    let cells = |row: &rusqlite::Row<'_>| {
        (0..columns).map(|it| Ok(row.get::<_, Option<String>>(it)?.unwrap_or_default())).collect()
    };
    statement.query_map([], cells).unwrap().map(Result::unwrap).collect()
}

/// All rows of all tables, in an order of their own.
pub(super) fn dump(database: &str) -> Vec<(&'static str, Vec<String>)> {
    let mut all = Vec::new();
    for (table, columns) in TABLES {
        let columns: Vec<_> =
            columns.split_whitespace().map(|it| format!("CAST({it} AS TEXT)")).collect();
        let sql = format!("SELECT {} FROM {table}", columns.join(", "));
        all.extend(rows(database, &sql).into_iter().map(|row| (table, row)));
    }
    all.sort();
    all
}

/// Makes sure that the chain in the database is the node's from a block on, and that every transaction of it has
/// one verdict.
pub(super) fn hold_against(database: &str, chain: &Chain, from: u64) {
    let blocks = chain.blocks(from);
    let found = rows(
        database,
        "SELECT CAST(number AS TEXT), hash FROM blocks WHERE canonical = 1 ORDER BY blocks.number",
    );
    let expected: Vec<_> =
        blocks.iter().map(|(number, hash, _)| vec![number.to_string(), hash.clone()]).collect();
    assert_eq!(found, expected);
    let found = rows(
        database,
        "SELECT transactions.hash, transactions.verdict, transactions.status FROM transactions \
         JOIN blocks ON blocks.hash = transactions.block WHERE canonical = 1 \
         ORDER BY blocks.number, position",
    );
    let expected: Vec<_> = blocks
        .iter()
        .flat_map(|(_, _, transactions)| transactions)
        .map(|hash| [hash.as_str(), "valid", "audited"].map(str::to_owned).to_vec())
        .collect();
    assert!(!expected.is_empty());
    assert_eq!(found, expected);
}

/// Makes sure that each witness that is kept stands in its file, whole.
pub(super) fn hold_witnesses(database: &str, folder: &std::path::Path) {
    let rows = rows(database, "SELECT hash FROM witnesses WHERE kept = 1");
    assert!(!rows.is_empty());
    for row in rows {
        let name = row[0].trim_start_matches("0x");
        let path = folder.join(&name[..2]).join(format!("{name}.bin"));
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(keccak256(bytes).to_string(), row[0]);
    }
}

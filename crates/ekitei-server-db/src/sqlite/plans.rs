//! What SQLite makes of every statement of this backend. An office's database has no statistics, so that a plan that
//! walks through all records is not seen in a small one, and stops the writer for everybody in a large one.
#![allow(clippy::unwrap_used)]

use super::migrate::migrate;
use rusqlite::Connection;

/// Tables that grow with every year, by the names that statements give them.
const GROWING: [&str; 12] =
    ["records", "r", "c", "l", "p", "v", "history", "ops", "o", "arrivals", "words", "staff"];
/// Statements that look at everything because that is their task: the check of the books, and counts read beside the writer.
const WHOLE: [&str; 6] = [
    "FROM (SELECT scope, seq FROM records",
    "deleted, unresolved, body FROM records ORDER BY id",
    "SELECT op_id, record, outcome FROM ops ORDER BY op_id",
    "SELECT record, variant, sha256 FROM arrivals WHERE sha256 NOT IN",
    "SELECT body FROM records WHERE kind = 'photo' AND deleted = 0",
    "SELECT count(*) FROM ops",
];
/// The search among everybody's names looks at each.
const NAMES: &str = "SELECT body FROM staff WHERE ?1 = ''";

/// Names in braces, as the code fills them in.
const FILLED: [(&str, &str); 8] = [
    ("{BLOB}", "b.sha256"),
    ("{ORPHAN}", "b.stored_ms < ?1"),
    ("{place}", "seq"),
    ("{compare}", ">"),
    ("{shown}", ""),
    ("{order}", ""),
    ("{sql}", "SELECT 1"),
    ("{}", "1"),
];

const CODE: [&str; 13] = [
    include_str!("bytes.rs"),
    include_str!("console.rs"),
    include_str!("jobs.rs"),
    include_str!("load.rs"),
    include_str!("mod.rs"),
    include_str!("people.rs"),
    include_str!("pull.rs"),
    include_str!("purge.rs"),
    include_str!("push.rs"),
    include_str!("rooms.rs"),
    include_str!("rooms_read.rs"),
    include_str!("verify.rs"),
    include_str!("write.rs"),
];

/// Every literal that is a statement. Escaped quotes do not occur in them.
fn statements() -> Vec<String> {
    let literals = CODE.iter().flat_map(|code| code.split('"').skip(1).step_by(2));
    let verbs = ["SELECT ", "UPDATE ", "DELETE "];
    literals
        .filter(|text| verbs.iter().any(|verb| text.trim_start().starts_with(verb)))
        .map(|text| FILLED.iter().fold(text.to_owned(), |sql, (name, with)| sql.replace(name, with)))
        .collect()
}

#[test]
fn no_statement_walks_through_what_grows() {
    let db = Connection::open_in_memory().unwrap();
    migrate(&db).unwrap();
    let (mut looked_at, mut faults) = (0, Vec::new());
    for sql in statements() {
        let Ok(mut find) = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")) else {
            faults.push(format!("not understood (add its braces to FILLED): {sql}"));
            continue;
        };
        looked_at += 1;
        let zeros = vec![0; find.parameter_count()];
        let rows = find.query_map(rusqlite::params_from_iter(zeros), |r| r.get::<_, String>(3)).unwrap();
        for step in rows.map(Result::unwrap) {
            let walks = GROWING.iter().any(|table| step == format!("SCAN {table}"))
                || GROWING.iter().any(|t| step == format!("SCAN {t} USING INDEX sqlite_autoindex_records_1"));
            if walks && !WHOLE.iter().chain([&NAMES]).any(|whole| sql.contains(whole)) {
                faults.push(format!("{step}: {sql}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(looked_at > 100, "{looked_at}");
}

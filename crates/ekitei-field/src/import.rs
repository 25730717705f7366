//! `note import`: JSON lines in, transactions of 500. A file with a line that cannot be taken is not taken at all, so
//! that the corrected file can be imported without doubling the rest.

use crate::say;
use ekitei_core::{Core, ImportedNote};
use ekitei_model::{Fault, RecordId, Stamp};
use serde::Deserialize;
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::ExitCode;

/// One transaction takes so many.
const BATCH: usize = 500;

/// One line of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    case: String,
    text: String,
    #[serde(default)]
    created_at: Option<Stamp>,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    finished: bool,
}

pub fn run(core: &Core, file: &Path, json: bool) -> Result<ExitCode, Fault> {
    let unreadable = |e: std::io::Error| Fault::ask("file-missing").with("detail", e);
    let reader = BufReader::new(File::open(file).map_err(unreadable)?);
    let mut import = Import { core, cases: HashMap::new(), notes: Vec::new(), refused: 0 };
    for (at, line) in reader.lines().enumerate() {
        let line = line.map_err(unreadable)?;
        if line.trim().is_empty() {
            continue;
        }
        match import.note(&line) {
            Ok(note) => import.notes.push(note),
            Err(fault) if matches!(fault.code.as_str(), "locked" | "not-enrolled") => return Err(fault),
            Err(fault) => {
                import.refused += 1;
                eprint!("{}:{}: ", file.display(), at + 1);
                say::fault(&fault, false);
            }
        }
    }
    let mut taken = 0;
    if import.refused == 0 {
        for batch in import.notes.chunks(BATCH) {
            taken += core.note_import(batch)?;
        }
    }
    if json {
        say::json(&serde_json::json!({ "taken": taken, "refused": import.refused }))?;
    } else {
        say::say(
            "field.imported",
            &[("taken", &taken.to_string()), ("refused", &import.refused.to_string())],
        );
    }
    Ok(if import.refused > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

struct Import<'a> {
    core: &'a Core,
    cases: HashMap<String, RecordId>,
    notes: Vec<ImportedNote>,
    refused: u64,
}

impl Import<'_> {
    fn note(&mut self, line: &str) -> Result<ImportedNote, Fault> {
        let line: Line =
            serde_json::from_str(line).map_err(|e| Fault::ask("import-line").with("detail", e))?;
        let case = match self.cases.get(&line.case) {
            Some(case) => *case,
            None => {
                let case = self.core.case_by_number(&line.case)?;
                self.cases.insert(line.case, case);
                case
            }
        };
        Ok(ImportedNote {
            case,
            title: line.title,
            text: line.text,
            created_at: line.created_at,
            finished: line.finished,
        })
    }
}

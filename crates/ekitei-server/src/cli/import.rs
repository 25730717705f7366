//! `import-staff`, `import-cases`: all lines or none.

use super::{Done, Office, Stop, language, now_ms, say};
use crate::import::{RowFault, parse_cases, parse_staff};
use ekitei_model::Fault;
use ekitei_seal::atomic::FileError;
use ekitei_server_db::Imported;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    office: Office,
    /// CSV as a spreadsheet saves it (UTF-8, UTF-16 or Shift_JIS)
    #[arg(value_name = "FILE.csv")]
    file: PathBuf,
}

pub(crate) async fn staff(args: &Args) -> Done {
    let people = parse_staff(&read(&args.file)?).map_err(|faults| tell(&faults))?;
    let done = args.office.storage().await?.import_staff(people, now_ms()).await?;
    report(&done);
    Ok(())
}

pub(crate) async fn cases(args: &Args) -> Done {
    let table = parse_cases(&read(&args.file)?).map_err(|faults| tell(&faults))?;
    let storage = args.office.storage().await?;
    let mut known = HashMap::new();
    let mut unknown = Vec::new();
    for (line, id) in table.people {
        if !known.contains_key(&id) {
            let there = storage.staff(&id).await?.is_some();
            known.insert(id.clone(), there);
        }
        if !known[&id] {
            let fault = Fault::ask("csv-person-unknown").with("value", &id);
            unknown.push(RowFault::new(line, fault));
        }
    }
    if !unknown.is_empty() {
        return Err(tell(&unknown));
    }
    let done = storage.import_cases(table.cases, now_ms()).await?;
    report(&done);
    Ok(())
}

pub(super) fn read(file: &Path) -> Result<Vec<u8>, Stop> {
    Ok(std::fs::read(file).map_err(|e| FileError::new("read", file, e))?)
}

/// Every fault on its own line, and that nothing was changed.
pub(super) fn tell(faults: &[RowFault]) -> Stop {
    for fault in faults {
        eprintln!("{}", fault.text(language()));
    }
    eprintln!("{}", say("cli.nothing-imported", &[]));
    Stop::Told
}

fn report(done: &Imported) {
    let (added, changed, same) =
        (done.added.to_string(), done.changed.to_string(), done.unchanged.to_string());
    println!("{}", say("cli.imported", &[("added", &added), ("changed", &changed), ("unchanged", &same)]));
}

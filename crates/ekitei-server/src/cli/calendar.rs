//! `import-calendar`, `import-holidays`: what a file says replaces what was there.

use super::import::{read, tell};
use super::{Done, Office, Stop, now_ms, say};
use crate::calendar::{self, Window};
use crate::holidays;
use crate::import::parse_holidays;
use ekitei_model::{Fault, StaffId, Stamp};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(crate) struct CalendarArgs {
    #[command(flatten)]
    office: Office,
    /// Whose calendar it is (staff number)
    #[arg(long, value_name = "ID")]
    staff: String,
    /// iCalendar (.ics) as the groupware exports it
    #[arg(value_name = "FILE.ics")]
    file: PathBuf,
}

#[derive(Debug, clap::Args)]
pub(crate) struct HolidayArgs {
    #[command(flatten)]
    office: Office,
    /// Dates: CSV whose first column is the day, or iCalendar (.ics)
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub(crate) async fn run(args: &CalendarArgs) -> Done {
    let bytes = read(&args.file)?;
    if bytes.len() > calendar::FILE_BYTES {
        return Err(Stop::Fault(Fault::ask("too-large").with("limit_kb", calendar::FILE_BYTES / 1024)));
    }
    let today = Stamp::japan(now_ms()).local_date();
    let found = calendar::parse(&bytes, Window::around(&today)).map_err(|faults| tell(&faults))?;
    let storage = args.office.storage().await?;
    let staff = StaffId(args.staff.clone());
    if storage.staff(&staff).await?.is_none() {
        return Err(Stop::Fault(Fault::ask("staff-unknown")));
    }
    let done = calendar::store(&*storage, &staff, &found, now_ms()).await?;
    let count = |n: u64| n.to_string();
    let (added, changed) = (count(done.added), count(done.changed));
    let (same, removed) = (count(done.unchanged), count(done.removed));
    let params = [("added", &*added), ("changed", &*changed), ("unchanged", &*same), ("removed", &*removed)];
    println!("{}", say("cli.calendar-imported", &params));
    Ok(())
}

pub(crate) async fn holidays(args: &HolidayArgs) -> Done {
    let days = parse_holidays(&read(&args.file)?).map_err(|faults| tell(&faults))?;
    let count = days.len().to_string();
    holidays::store(&*args.office.storage().await?, days, now_ms()).await?;
    println!("{}", say("cli.holidays-imported", &[("count", &count)]));
    Ok(())
}

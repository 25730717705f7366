//! `purge`: what retention takes, now, or what it would take.

use super::{Done, Office, now_ms, say};
use crate::retention;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    office: Office,
    /// Only say what would go
    #[arg(long)]
    dry_run: bool,
    /// Days after the end of a record, or after the last reference to bytes
    #[arg(long, value_name = "N", default_value_t = retention::DAYS, value_parser = clap::value_parser!(u32).range(1..=36_500))]
    days: u32,
}

pub(crate) async fn run(args: &Args) -> Done {
    if !args.office.data.is_dir() {
        return Err(ekitei_model::Fault::ask("data-missing").into());
    }
    let storage = args.office.storage().await?;
    let report = retention::run(&*storage, &args.office.data, now_ms(), args.days, args.dry_run).await?;
    let key = if args.dry_run { "cli.purgeable" } else { "cli.purged" };
    let text = say(
        key,
        &[
            ("records", &(report.messages + report.deleted + report.records).to_string()),
            ("entries", &report.entries.to_string()),
            ("blobs", &report.blobs.to_string()),
            ("bytes", &report.blob_bytes.to_string()),
            ("staging", &report.staging.to_string()),
        ],
    );
    println!("{text}");
    Ok(())
}

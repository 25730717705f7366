//! `verify`: one line a fault; people's own changes in the shared folder are told as information only.

use super::{Done, Office, Stop, language, now_ms, say};
use crate::{blobs, verify};
use ekitei_model::text::fault_text;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    office: Office,
    /// Also look at the shared folder
    #[arg(long, value_name = "DIR")]
    share: Option<PathBuf>,
}

pub(crate) async fn run(args: &Args) -> Done {
    if !args.office.data.is_dir() {
        return Err(ekitei_model::Fault::ask("data-missing").into());
    }
    let storage = args.office.storage().await?;
    let found = verify::run(&*storage, &args.office.data, args.share.as_deref(), now_ms()).await?;
    for fault in &found.information {
        println!("info: {}", fault_text(language(), fault));
    }
    for fault in &found.faults {
        println!("fault: {} ({fault})", fault_text(language(), fault));
    }
    if found.faults.is_empty() {
        let blobs = blobs::folder(&args.office.data);
        println!(
            "{}",
            say(
                "cli.verified",
                &[("blobs", &found.blobs.to_string()), ("folder", &blobs.display().to_string())]
            )
        );
        return Ok(());
    }
    Err(Stop::Told)
}

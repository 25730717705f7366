//! `room-retention`: how long rooms keep what is said in them.

use super::{Done, Office};
use crate::retention;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    office: Office,
    /// TYPE=DAYS, TYPE=keep, or TYPE=DAYS,FROM-TO where rooms may choose within; TYPE is self, direct, group, section,
    /// offices or disaster. None: only show what is set
    #[arg(value_name = "RULE")]
    rules: Vec<String>,
}

pub(crate) async fn run(args: &Args) -> Done {
    if !args.office.data.is_dir() {
        return Err(ekitei_model::Fault::ask("data-missing").into());
    }
    let storage = args.office.storage().await?;
    let mut rules = retention::of_rooms(&*storage).await?;
    for rule in &args.rules {
        rules.set(rule)?;
    }
    if !args.rules.is_empty() {
        retention::set_of_rooms(&*storage, &rules).await?;
    }
    // The same lines are read again.
    println!("{rules}");
    Ok(())
}

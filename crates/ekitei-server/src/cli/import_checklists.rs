//! `import-checklists`: ready checklists for a new office, published at once. What is there already stays as the office
//! has made it.

use super::hand::Hand;
use super::{Done, Office, Stop, say};
use ekitei_model::checklist::{PURPOSES, parse};
use ekitei_model::kinds::{self, checklist as field};
use ekitei_model::record::Fields;
use ekitei_model::{Fault, OpBody, RecordId, Scope};
use ekitei_seal::atomic::FileError;
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    office: Office,
    /// In whose right: an administrator; with --section also its head or 係の世話役 (staff number)
    #[arg(long, value_name = "ID")]
    by: String,
    /// For this section alone, as its full path; absent: for all
    #[arg(long, value_name = "PATH")]
    section: Option<String>,
    /// Definitions as JSON (assets/checklists); none: the ready ones
    #[arg(value_name = "FILE.json")]
    files: Vec<PathBuf>,
}

const READY: [&str; 7] = [
    include_str!("../../../../assets/checklists/departure.json"),
    include_str!("../../../../assets/checklists/tethering-usb.json"),
    include_str!("../../../../assets/checklists/tethering-wifi.json"),
    include_str!("../../../../assets/checklists/on-site.json"),
    include_str!("../../../../assets/checklists/return.json"),
    include_str!("../../../../assets/checklists/year-end.json"),
    include_str!("../../../../assets/checklists/outage.json"),
];

/// A file of assets/checklists.
#[derive(Deserialize)]
struct Ready {
    /// Names the checklist in its office: the same file twice is the same checklist.
    id: String,
    purpose: String,
    title: String,
    #[serde(default)]
    title_en: String,
    #[serde(default)]
    variant: String,
    definition: Value,
}

pub(crate) async fn run(args: &Args) -> Done {
    let mut texts: Vec<String> = Vec::new();
    for file in &args.files {
        texts.push(std::fs::read_to_string(file).map_err(|e| FileError::new("read", file, e))?);
    }
    if texts.is_empty() {
        texts = READY.iter().map(|text| (*text).to_owned()).collect();
    }
    // All or none: every file is looked at before the first is written.
    let ready = texts.iter().map(|text| read(text)).collect::<Result<Vec<_>, _>>()?;
    let storage = args.office.storage().await?;
    let hand = Hand::of(&*storage, &args.by).await?;
    let scope = args.section.as_ref().map_or(Scope::All, |path| Scope::Section(path.clone()));
    let mut done = Ok((0, 0));
    for one in ready {
        done = match (done, publish(&hand, &scope, one).await) {
            (Ok((added, kept)), Ok(new)) => Ok(if new { (added + 1, kept) } else { (added, kept + 1) }),
            (Err(stop), _) | (_, Err(stop)) => Err(stop),
        };
    }
    hand.rest().await?;
    let (added, kept) = done?;
    println!(
        "{}",
        say("cli.checklists-imported", &[("added", &added.to_string()), ("kept", &kept.to_string())])
    );
    Ok(())
}

fn read(text: &str) -> Result<Ready, Fault> {
    let ready: Ready =
        serde_json::from_str(text).map_err(|e| Fault::ask("checklist-json").with("reason", e))?;
    if !PURPOSES.contains(&ready.purpose.as_str()) {
        return Err(Fault::ask("checklist-malformed"));
    }
    match parse(&ready.definition) {
        Ok(_) => Ok(ready),
        Err(problems) => Err(Fault::ask(problems.first().map_or("checklist-json", |p| p.code))),
    }
}

/// Whether it was not there before.
async fn publish(hand: &Hand<'_>, scope: &Scope, ready: Ready) -> Result<bool, Stop> {
    let id = RecordId::derived(&["checklist", &scope.to_string(), &ready.id]);
    if hand.storage.office_record(id).await?.is_some() {
        return Ok(false);
    }
    let fields = Fields::from([
        (field::TITLE.to_owned(), ready.title.into()),
        (field::TITLE_EN.to_owned(), ready.title_en.into()),
        (field::VARIANT.to_owned(), ready.variant.into()),
        (field::PURPOSE.to_owned(), ready.purpose.into()),
        (field::STATE.to_owned(), "published".into()),
        (field::VERSION.to_owned(), json!(1)),
        (field::published(1), ready.definition.clone()),
        (field::DEFINITION.to_owned(), ready.definition),
    ]);
    let kind = kinds::CHECKLIST.to_owned();
    hand.apply(id, OpBody::Create { kind, scope: scope.clone(), parent: None, fields }, None).await?;
    Ok(true)
}

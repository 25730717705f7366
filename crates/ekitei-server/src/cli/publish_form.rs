//! `publish-form`: a form's definition from a file, published to a section in the right of one of its leaders.

use super::hand::Hand;
use super::{Done, Office, Stop, say};
use crate::clock::Clock;
use crate::lists;
use ekitei_forms::Form;
use ekitei_model::kinds::{self, form, form_version};
use ekitei_model::record::Fields;
use ekitei_model::{Fault, OpBody, RecordId, Scope};
use ekitei_seal::atomic::FileError;
use serde_json::{Value, json};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    office: Office,
    /// In whose right: a head or 係の世話役 of the section, or an administrator (staff number)
    #[arg(long, value_name = "ID")]
    by: String,
    /// The section that owns the form and may use it, as its full path
    #[arg(long, value_name = "PATH")]
    section: String,
    /// Only the form's id, as visits name it, for scripts
    #[arg(long)]
    plain: bool,
    /// A list of the form from a CSV whose first line names the columns (value or 値, label or 名称, …)
    #[arg(long = "list", value_name = "NAME=FILE.csv", value_parser = named_file)]
    lists: Vec<(String, PathBuf)>,
    /// The definition as JSON (assets/forms)
    #[arg(value_name = "FILE.json")]
    file: PathBuf,
}

pub(crate) async fn run(args: &Args) -> Done {
    let text = std::fs::read_to_string(&args.file).map_err(|e| FileError::new("read", &args.file, e))?;
    let mut definition: Value =
        serde_json::from_str(&text).map_err(|e| Fault::ask("form-json").with("reason", e))?;
    for (name, file) in &args.lists {
        let bytes = std::fs::read(file).map_err(|e| FileError::new("read", file, e))?;
        definition["lists"][name] = serde_json::to_value(lists::from_csv(name, &bytes)?)?;
    }
    let text = definition.to_string();
    let checked = Form::from_json(&text).map_err(|problems| {
        problems.into_iter().next().map_or_else(|| Fault::ask("form-json"), Fault::from)
    })?;
    let title = checked.title.get("ja").to_owned();
    let storage = args.office.storage().await?;
    let hand = Hand::of(&*storage, &args.by).await?;
    let done = publish(&hand, &args.section, &mut definition, &title).await;
    hand.rest().await?;
    let (id, version) = done?;
    if args.plain {
        println!("{id}");
    } else {
        println!("{}", say("cli.form-published", &[("title", &title), ("version", &version.to_string())]));
    }
    Ok(())
}

/// `towns=lists/towns.csv`
fn named_file(text: &str) -> Result<(String, PathBuf), String> {
    let (name, file) = text.split_once('=').ok_or_else(|| "NAME=FILE.csv".to_owned())?;
    Ok((name.to_owned(), PathBuf::from(file)))
}

/// The id of the form and the number of its version; the same definition again changes nothing.
async fn publish(
    hand: &Hand<'_>,
    section: &str,
    definition: &mut Value,
    title: &str,
) -> Result<(RecordId, u64), Stop> {
    let scope = Scope::Section(section.to_owned());
    let name = definition["id"].as_str().unwrap_or_default().to_owned();
    let id = RecordId::derived(&["form", section, &name]);
    let known = hand.storage.office_record(id).await?;
    let pieces = lists::detach_all(definition, id, &scope)?;
    let last = known.as_ref().and_then(|r| r.fields.get(form::VERSION)?.as_u64()).unwrap_or(0);
    definition["version"] = json!(last);
    if let Some(known) = known.as_ref().filter(|_| last > 0)
        && known.fields.get(form::DEFINITION) == Some(definition)
    {
        return Ok((id, last));
    }
    let version = last + 1;
    for (id, fields) in pieces.into_iter().flatten() {
        // The same content is there from an earlier version.
        if hand.storage.office_record(id).await?.is_none_or(|p| p.deleted) {
            let kind = kinds::FORM_LIST.to_owned();
            let body = OpBody::Create { kind, scope: scope.clone(), parent: None, fields };
            hand.apply(id, body, None).await?;
        }
    }
    definition["version"] = json!(version);
    let fields = Fields::from([
        (form::TITLE.into(), json!(title)),
        (form::DEFINITION.into(), definition.clone()),
        (form::STATE.into(), json!("published")),
        (form::VERSION.into(), json!(version)),
        (form::TARGETS.into(), json!([scope.to_string()])),
    ]);
    let body = match &known {
        None => OpBody::Create { kind: kinds::FORM.to_owned(), scope: scope.clone(), parent: None, fields },
        Some(known) => {
            let base = fields.keys().filter_map(|k| Some((k.clone(), known.revs.get(k)?.op))).collect();
            OpBody::Patch { base, fields }
        }
    };
    hand.apply(id, body, known.as_ref()).await?;
    let published = Fields::from([
        (form_version::FORM.into(), json!(id)),
        (form_version::VERSION.into(), json!(version)),
        (form_version::TITLE.into(), json!(title)),
        (form_version::DEFINITION.into(), definition.clone()),
        (form_version::PUBLISHED_AT.into(), json!(Clock::default().stamp())),
    ]);
    let sheet = kinds::form_version_id(id, version, &scope);
    let kind = kinds::FORM_VERSION.to_owned();
    hand.apply(sheet, OpBody::Create { kind, scope, parent: None, fields: published }, None).await?;
    Ok((id, version))
}

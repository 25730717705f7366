//! `publish-form`: a form's definition from a file, published to a section in the right of one of its leaders.

use super::{Done, Office, Stop, now_ms, say};
use crate::clock::Clock;
use crate::lists;
use ekitei_forms::Form;
use ekitei_model::kinds::{self, form, form_version};
use ekitei_model::record::Fields;
use ekitei_model::{Fault, OpBody, OpId, Operation, Outcome, Record, RecordId, Scope, StaffId, rules};
use ekitei_seal::atomic::FileError;
use ekitei_server_db::{Caller, Incoming, Storage};
use serde_json::{Value, json};
use std::path::PathBuf;
use uuid::Uuid;

/// For so long the command acts as the person.
const SESSION_MS: i64 = 60_000;

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
    let staff = StaffId(args.by.clone());
    let now_ms = now_ms();
    // A name for the session that nobody can have as a token.
    let session = format!("cli-publish-form-{}", Uuid::now_v7());
    let device = storage.open_session(&staff, &session, now_ms, now_ms + SESSION_MS).await?;
    let hand = Hand {
        storage: &*storage,
        caller: Caller { device, staff, today: Clock::default().today() },
        now_ms,
    };
    let done = hand.publish(&args.section, &mut definition, &title).await;
    storage.close_session(&session).await?;
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

/// One person's writing.
struct Hand<'a> {
    storage: &'a dyn Storage,
    caller: Caller,
    now_ms: i64,
}

impl Hand<'_> {
    /// The id of the form and the number of its version; the same definition again changes nothing.
    async fn publish(
        &self,
        section: &str,
        definition: &mut Value,
        title: &str,
    ) -> Result<(RecordId, u64), Stop> {
        let scope = Scope::Section(section.to_owned());
        let name = definition["id"].as_str().unwrap_or_default().to_owned();
        let id = RecordId::derived(&["form", section, &name]);
        let known = self.storage.office_record(id).await?;
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
            if self.storage.office_record(id).await?.is_none_or(|p| p.deleted) {
                let kind = kinds::FORM_LIST.to_owned();
                let body = OpBody::Create { kind, scope: scope.clone(), parent: None, fields };
                self.apply(id, body, None).await?;
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
            None => {
                OpBody::Create { kind: kinds::FORM.to_owned(), scope: scope.clone(), parent: None, fields }
            }
            Some(known) => {
                let base = fields.keys().filter_map(|k| Some((k.clone(), known.revs.get(k)?.op))).collect();
                OpBody::Patch { base, fields }
            }
        };
        self.apply(id, body, known.as_ref()).await?;
        let published = Fields::from([
            (form_version::FORM.into(), json!(id)),
            (form_version::VERSION.into(), json!(version)),
            (form_version::TITLE.into(), json!(title)),
            (form_version::DEFINITION.into(), definition.clone()),
            (form_version::PUBLISHED_AT.into(), json!(Clock::default().stamp())),
        ]);
        let sheet = kinds::form_version_id(id, version, &scope);
        let kind = kinds::FORM_VERSION.to_owned();
        self.apply(sheet, OpBody::Create { kind, scope, parent: None, fields: published }, None).await?;
        Ok((id, version))
    }

    /// Goes through the same rules as the console's writing.
    async fn apply(&self, record: RecordId, body: OpBody, target: Option<&Record>) -> Done {
        let op = Operation { op_id: OpId::from(Uuid::now_v7()), record, at: Clock::default().stamp(), body };
        let staff = self.storage.staff(&self.caller.staff).await?;
        let staff = staff.ok_or_else(|| Fault::ask("staff-unknown"))?;
        if let Some(code) = rules::refuse(&op, target, &staff, &self.caller.today) {
            return Err(Fault::ask(code).into());
        }
        let bytes = serde_json::to_vec(&op)?;
        let incoming = Incoming { op_id: op.op_id, op: Some(op), bytes };
        let applied = self.storage.apply_console(&self.caller, incoming, self.now_ms).await?;
        match applied.outcome {
            Outcome::Quarantined { reason } => Err(Fault::ask(&reason).into()),
            _ => Ok(()),
        }
    }
}

//! An inspection with everything that its papers speak of.

use ekitei_forms::facade::OpenForm;
use ekitei_forms::finish::AnswerRow;
use ekitei_forms::{AnswerKey, Answers, Env, Form, FormDef, Opening};
use ekitei_model::inspection::State;
use ekitei_model::kinds::{self, form_version, inspection, photo, visit};
use ekitei_model::{Fault, Record, Stamp};
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The records of an inspection, as its reader found them.
pub struct Parts {
    pub record: Record,
    pub case: Record,
    pub version: Record,
    pub visit: Option<Record>,
    /// Its photos and amendments, and what else lies below it, in the order they were made.
    pub children: Vec<Record>,
}

pub struct Inspected {
    pub record: Record,
    pub case: Record,
    pub version: Record,
    pub form: Arc<Form>,
    /// Without the rows of its lists: those are in the form.
    pub def: Arc<FormDef>,
    /// Every question that applies, in the order of the form, answered or not.
    pub rows: Vec<AnswerRow>,
    /// Photos, signatures, drawings and files, in the order they were made.
    pub photos: Vec<Record>,
    pub amendments: Vec<Record>,
    /// Number → name of everyone who took part.
    pub names: BTreeMap<String, String>,
    /// When the visit is or was, else when the inspection was begun; ISO day.
    pub day: String,
}

impl Inspected {
    /// Names are still missing: see [`Inspected::staff`].
    ///
    /// # Errors
    /// The form cannot be read.
    pub fn new(parts: Parts) -> Result<Self, Fault> {
        let (form, def) = compiled(&parts.version)?;
        Ok(Self::with_form(parts, form, def))
    }

    /// The same with a form that was compiled before: several inspections share it.
    pub fn with_form(parts: Parts, form: Arc<Form>, def: Arc<FormDef>) -> Self {
        let Parts { record, case, version, visit, children } = parts;
        let of = |kind: &str| children.iter().filter(|c| c.kind == kind).cloned().collect::<Vec<_>>();
        let (photos, amendments) = (of(kinds::PHOTO), of(kinds::AMENDMENT));
        let rows = open(&form, &record, &photos).session().rows();
        let day = day_of(&record, visit.as_ref());
        Self { record, case, version, form, def, rows, photos, amendments, names: BTreeMap::new(), day }
    }

    /// The numbers of everyone who took part: their names belong into `names`.
    pub fn staff(&self) -> BTreeSet<String> {
        let made = |r: &Record| r.created.as_ref().map(|c| c.staff.to_string());
        let mut ids: BTreeSet<String> = self.photos.iter().filter_map(made).collect();
        ids.extend(made(&self.record));
        ids.extend([inspection::INSPECTOR, inspection::ACCEPTED_BY].map(|f| self.record.text(f).to_owned()));
        ids.extend(self.amendments.iter().map(|a| a.text(kinds::amendment::BY_STAFF).to_owned()));
        ids.remove("");
        ids
    }

    pub fn state(&self) -> State {
        State::of(&self.record)
    }

    pub fn title(&self) -> String {
        match self.record.text(inspection::TITLE) {
            "" => self.form.title.get("ja").to_owned(),
            title => title.to_owned(),
        }
    }

    pub fn name(&self, staff: &str) -> String {
        self.names.get(staff).cloned().unwrap_or_else(|| staff.to_owned())
    }

    pub fn inspector(&self) -> String {
        let staff = match self.record.text(inspection::INSPECTOR) {
            "" => self.record.created.as_ref().map_or("", |c| c.staff.as_str()),
            staff => staff,
        };
        self.name(staff)
    }

    /// The photos of a question, in the order they were made.
    pub fn photos_of<'a>(&'a self, key: &'a AnswerKey) -> impl Iterator<Item = &'a Record> {
        self.photos.iter().filter(move |p| p.text(photo::ITEM) == key.0)
    }
}

/// The compiled form of a version.
///
/// # Errors
/// The first problem of its definition.
pub fn compiled(version: &Record) -> Result<(Arc<Form>, Arc<FormDef>), Fault> {
    let definition = version.fields.get(form_version::DEFINITION);
    let definition = definition.ok_or_else(|| Fault::ask("form-json"))?;
    prepared(FormDef::deserialize(definition).map_err(|e| Fault::ask("form-json").with("detail", e))?)
}

/// A definition compiled, and what papers read in it besides. The rows of its lists are held once, in the form.
///
/// # Errors
/// The first problem of the definition.
pub fn prepared(mut def: FormDef) -> Result<(Arc<Form>, Arc<FormDef>), Fault> {
    let lists = std::mem::take(&mut def.lists);
    let kept = Arc::new(def.clone());
    def.lists = lists;
    let form = Form::compile(def).map_err(|problems| {
        problems.into_iter().next().map_or_else(|| Fault::ask("form-json"), Fault::from)
    })?;
    Ok((Arc::new(form), kept))
}

/// The sheet as it stands, opened in the engine: of a finished inspection without what the finish left out.
pub fn open(form: &Arc<Form>, record: &Record, photos: &[Record]) -> OpenForm {
    let left_out: BTreeSet<String> = if State::of(record).is_open() {
        BTreeSet::new()
    } else {
        record.list(inspection::LEFT_OUT).into_iter().collect()
    };
    let mut answers: Answers = keyed(record, inspection::ANSWER);
    answers.retain(|key, _| !left_out.contains(&key.0));
    let mut attached: BTreeMap<AnswerKey, Vec<Value>> = BTreeMap::new();
    for p in photos.iter().filter(|p| !p.text(photo::ITEM).is_empty()) {
        attached.entry(AnswerKey::from(p.text(photo::ITEM))).or_default().push(p.id.to_string().into());
    }
    answers.extend(attached.into_iter().map(|(key, ids)| (key, Value::from(ids))));
    let at = [inspection::FINISHED_AT, inspection::STARTED_AT].map(|f| record.text(f));
    let facts =
        [("start", record.text(inspection::STARTED_AT)), ("username", record.text(inspection::INSPECTOR))];
    let opening = Opening {
        env: Env {
            now: at.into_iter().find(|t| !t.is_empty()).unwrap_or_default().to_owned(),
            language: "ja".to_owned(),
            facts: facts.into_iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect(),
        },
        new: false,
        answers,
        instances: keyed(record, inspection::INSTANCE),
        ..Opening::default()
    };
    OpenForm::open(Arc::clone(form), opening)
}

fn keyed(record: &Record, prefix: &str) -> Answers {
    let fields = record.fields.iter().filter_map(|(name, value)| Some((name.strip_prefix(prefix)?, value)));
    fields.filter(|(_, v)| !v.is_null()).map(|(key, v)| (AnswerKey::from(key), v.clone())).collect()
}

fn day_of(record: &Record, visit: Option<&Record>) -> String {
    let planned = visit.map_or("", |v| v.text(visit::PLANNED_AT));
    let texts = [record.text(inspection::STARTED_AT), planned, record.text(inspection::FINISHED_AT)];
    let stamp = texts.into_iter().find_map(|t| t.parse::<Stamp>().ok());
    stamp.or_else(|| record.created.as_ref().map(|c| c.at)).map_or_else(String::new, Stamp::local_date)
}

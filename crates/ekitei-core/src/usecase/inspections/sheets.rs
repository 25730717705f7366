//! Open forms: the engine's sessions, kept while the phone is unlocked so that a tap does not read a form anew.
//! The record is the truth: before each call the session hears what another device or the office changed meanwhile, and
//! what could not be stored is forgotten with its session.

use crate::open::Open;
use ekitei_forms::facade::{Call, OpenForm, Reply};
use ekitei_forms::session::Env;
use ekitei_forms::{AnswerKey, Answers, Form, FormDef, Opening};
use ekitei_model::kinds::{self, form_version, inspection as field, photo};
use ekitei_model::{Fault, Record, RecordId};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Sessions kept at most; the phone's owner fills one or two in turn.
const KEPT: usize = 8;

/// Compiled forms and open sheets of an unlocked phone. Emptied by locking.
#[derive(Default)]
pub(crate) struct Sheets {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    /// By form version; these never change.
    forms: HashMap<RecordId, Arc<Form>>,
    open: HashMap<RecordId, Sheet>,
}

struct Sheet {
    form: OpenForm,
    /// The answers and instances of the record that the session knows.
    known: Content,
}

/// What an inspection's record and children hold for the engine.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Content {
    pub answers: Answers,
    pub instances: Answers,
}

impl Content {
    /// Answers of the record; photos, signatures and files are its children.
    pub fn of(record: &Record, children: &[Record]) -> Self {
        let part = |prefix: &str| -> Answers {
            let named = record.fields.iter().filter_map(|(name, value)| {
                name.strip_prefix(prefix).map(|key| (AnswerKey::from(key), value.clone()))
            });
            named.collect()
        };
        let mut content = Self { answers: part(field::ANSWER), instances: part(field::INSTANCE) };
        for (key, ids) in attachments(children) {
            content.answers.insert(key, json!(ids));
        }
        content
    }

    /// What must be told to a session that knows `self` so that it knows `now`; null takes away.
    fn news(&self, now: &Self) -> Option<Call> {
        let differing = |old: &Answers, new: &Answers| -> BTreeMap<AnswerKey, Value> {
            let gone = old.keys().filter(|k| !new.contains_key(*k)).map(|k| (k.clone(), Value::Null));
            let came =
                new.iter().filter(|(k, v)| old.get(*k) != Some(*v)).map(|(k, v)| (k.clone(), v.clone()));
            gone.chain(came).collect()
        };
        let (answers, instances) =
            (differing(&self.answers, &now.answers), differing(&self.instances, &now.instances));
        (!answers.is_empty() || !instances.is_empty()).then_some(Call::Receive { answers, instances })
    }
}

/// The children of an inspection by the question they belong to, in the order they were made.
pub(super) fn attachments(children: &[Record]) -> BTreeMap<AnswerKey, Vec<RecordId>> {
    let mut out: BTreeMap<AnswerKey, Vec<RecordId>> = BTreeMap::new();
    for child in children {
        if child.kind == kinds::PHOTO && !child.text(photo::ITEM).is_empty() {
            out.entry(AnswerKey::from(child.text(photo::ITEM))).or_default().push(child.id);
        }
    }
    out
}

impl Sheets {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Locking forgets everything that was read.
    pub fn clear(&self) {
        *self.lock() = Inner::default();
    }

    pub fn forget(&self, inspection: RecordId) {
        self.lock().open.remove(&inspection);
    }
}

/// The compiled form of a version that this phone has.
///
/// # Errors
/// `form-not-here`, `form-list-not-here`: the version or a piece of its list has not come to this phone; `form-…`: the engine does not understand it.
pub(super) fn form_of(open: &Open, version: RecordId) -> Result<Arc<Form>, Fault> {
    if let Some(form) = open.shared().sheets().lock().forms.get(&version) {
        return Ok(Arc::clone(form));
    }
    let not_here = || Fault::wait("form-not-here");
    let record = open.reader().record(version)?.filter(|s| s.record.kind == kinds::FORM_VERSION);
    let record = record.ok_or_else(not_here)?.record;
    let definition = record.fields.get(form_version::DEFINITION).cloned().ok_or_else(not_here)?;
    let mut def: FormDef =
        serde_json::from_value(definition).map_err(|e| Fault::ask("form-json").with("detail", e))?;
    let piece = |id| Ok::<_, Fault>(open.reader().record(id)?.map(|found| found.record));
    if !def.attach_lists(&record, piece)? {
        return Err(Fault::wait("form-list-not-here"));
    }
    let form = Form::compile(def).map_err(|problems| {
        problems.into_iter().next().map_or_else(|| Fault::ask("form-json"), Fault::from)
    })?;
    let form = Arc::new(form);
    open.shared().sheets().lock().forms.insert(version, Arc::clone(&form));
    Ok(form)
}

/// One call to the sheet of `record`, brought up to what record and children say.
pub(super) fn call(open: &Open, record: &Record, children: &[Record], call: Call) -> Result<Reply, Fault> {
    let version = version_of(record)?;
    let form = form_of(open, version)?;
    let now = Content::of(record, children);
    let sheets = open.shared().sheets();
    let mut inner = sheets.lock();
    let env = env(open, record);
    let clock = env.now.clone();
    if !inner.open.contains_key(&record.id) {
        if inner.open.len() >= KEPT {
            inner.open.clear();
        }
        let last = super::last_of(open, record)?.map(|l| Content::of(&l, &[])).unwrap_or_default();
        let opening = Opening {
            env,
            new: false,
            answers: now.answers.clone(),
            instances: now.instances.clone(),
            last: last.answers,
            last_instances: last.instances,
        };
        inner.open.insert(record.id, Sheet { form: OpenForm::open(form, opening), known: now.clone() });
    }
    let Some(sheet) = inner.open.get_mut(&record.id) else { return Err(Fault::ask("internal")) };
    if let Some(news) = sheet.known.news(&now) {
        sheet.form.call(news)?;
        // What it changes by itself follows from what is stored already.
        sheet.form.begun();
        sheet.known = now;
    }
    sheet.form.session_mut().set_now(&clock);
    sheet.form.call(call)
}

/// What the record will say is what the session knows.
pub(super) fn knows(open: &Open, id: RecordId, record: &Record, children: &[Record]) {
    if let Some(sheet) = open.shared().sheets().lock().open.get_mut(&id) {
        sheet.known = Content::of(record, children);
    }
}

/// The first answers of a form begun now: defaults and what the last visit left.
pub(super) fn first_answers(open: &Open, record: &Record, last: Option<&Record>) -> Result<Content, Fault> {
    let form = form_of(open, version_of(record)?)?;
    let last = last.map(|l| Content::of(l, &[])).unwrap_or_default();
    let opening = Opening {
        env: env(open, record),
        new: true,
        last: last.answers,
        last_instances: last.instances,
        ..Opening::default()
    };
    let begun = OpenForm::open(form, opening).begun();
    let keyed = |map: BTreeMap<String, Value>| map.into_iter().map(|(k, v)| (AnswerKey(k), v)).collect();
    Ok(Content { answers: keyed(begun.answers), instances: keyed(begun.instances) })
}

pub(super) fn version_of(record: &Record) -> Result<RecordId, Fault> {
    record.text(field::FORM_VERSION).parse().map_err(|_| Fault::wait("form-not-here"))
}

fn env(open: &Open, record: &Record) -> Env {
    let facts = [
        ("start", record.text(field::STARTED_AT).to_owned()),
        ("deviceid", open.device().to_string()),
        ("username", open.me().to_string()),
        ("name", open.my_name().to_owned()),
        ("section", open.my_section()),
    ];
    Env {
        now: open.now().stamp().to_string(),
        language: open.language(),
        facts: facts.into_iter().map(|(k, v)| (k.to_owned(), v)).collect(),
    }
}

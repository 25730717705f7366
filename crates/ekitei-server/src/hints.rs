//! Who is told that a scope has news: open sockets by person and by section. A scope's audience is worked out once for
//! each hint, not by every socket, and news of one scope that nobody took yet is one hint. Losing one is harmless: the
//! cursor pull is the truth and asks for the right again.

use crate::app::App;
use ekitei_model::chat::room;
use ekitei_model::kinds::{self, case};
use ekitei_model::people::Staff;
use ekitei_model::wire::{DeviceState, Hint};
use ekitei_model::{Record, Scope, StaffId, rules};
use ekitei_server_db::{Caller, Storage, StorageError, Touched};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Notify, mpsc};

type News = BTreeMap<Scope, (u64, bool)>;

/// What one socket has not heard yet.
#[derive(Default)]
struct Ear {
    news: Mutex<News>,
    ring: Notify,
}

impl Ear {
    fn tell(&self, scope: &Scope, seq: u64, urgent: bool) {
        add(&mut self.news.lock().unwrap_or_else(PoisonError::into_inner), scope.clone(), seq, urgent);
        self.ring.notify_one();
    }

    fn take(&self) -> Option<Hint> {
        let (scope, (seq, urgent)) = self.news.lock().unwrap_or_else(PoisonError::into_inner).pop_first()?;
        Some(Hint { scope, seq, urgent })
    }
}

fn add(news: &mut News, scope: Scope, seq: u64, urgent: bool) {
    let known = news.entry(scope).or_default();
    *known = (known.0.max(seq), known.1 || urgent);
}

#[derive(Default)]
struct Ears {
    people: HashMap<StaffId, Vec<Arc<Ear>>>,
    sections: HashMap<String, Vec<Arc<Ear>>>,
}

impl Ears {
    fn put(&mut self, ear: &Arc<Ear>, who: &StaffId, sections: &[String]) {
        self.people.entry(who.clone()).or_default().push(Arc::clone(ear));
        for section in sections {
            self.sections.entry(section.clone()).or_default().push(Arc::clone(ear));
        }
    }

    fn remove(&mut self, ear: &Arc<Ear>, who: &StaffId, sections: &[String]) {
        leave(&mut self.people, who, ear);
        for section in sections {
            leave(&mut self.sections, section, ear);
        }
    }

    fn tell(&self, audience: &Audience, scope: &Scope, seq: u64, urgent: bool) {
        let tell = |ears: Option<&Vec<Arc<Ear>>>| {
            ears.into_iter().flatten().for_each(|ear| ear.tell(scope, seq, urgent));
        };
        if audience.everybody {
            return self.people.values().for_each(|ears| tell(Some(ears)));
        }
        audience.people.iter().for_each(|who| tell(self.people.get(who)));
        audience.sections.iter().for_each(|section| tell(self.sections.get(section)));
    }
}

fn leave<K: std::hash::Hash + Eq + Clone>(ears: &mut HashMap<K, Vec<Arc<Ear>>>, key: &K, ear: &Arc<Ear>) {
    if let Some(all) = ears.get_mut(key) {
        all.retain(|e| !Arc::ptr_eq(e, ear));
        if all.is_empty() {
            ears.remove(key);
        }
    }
}

/// Who may read a scope today: the same as the rules say to each person.
#[derive(Debug, Default, PartialEq, Eq)]
struct Audience {
    everybody: bool,
    people: Vec<StaffId>,
    sections: Vec<String>,
}

/// `owner`: the case or room that the scope belongs to.
fn audience(scope: &Scope, owner: Option<&Record>) -> Audience {
    let mut out = Audience::default();
    let people = |ids: Vec<String>| ids.into_iter().map(StaffId).collect();
    match (scope, owner.filter(|r| !r.deleted)) {
        (Scope::All, _) => out.everybody = true,
        (Scope::User(id), _) => out.people = vec![id.clone()],
        (Scope::Section(path), _) => out.sections = vec![path.clone()],
        (Scope::Case(_), Some(of)) => {
            out.people = people(rules::people_of(of));
            if !of.flag(case::RESTRICTED) {
                out.sections = of.list(case::SECTIONS);
                out.sections.push(of.text(case::SECTION).to_owned());
            }
        }
        (Scope::Room(_), Some(of)) if of.kind == kinds::ROOM => {
            out.people = people(of.list(room::MEMBERS));
            out.sections = of.list(room::SECTIONS);
        }
        _ => {}
    }
    out
}

/// The office's notice board.
pub struct Hints {
    ears: Arc<Mutex<Ears>>,
    news: mpsc::UnboundedSender<(Scope, u64, bool)>,
    /// Taken by [`run`].
    told: Mutex<Option<mpsc::UnboundedReceiver<(Scope, u64, bool)>>>,
}

impl Default for Hints {
    fn default() -> Self {
        let (news, told) = mpsc::unbounded_channel();
        Self { ears: Arc::default(), news, told: Mutex::new(Some(told)) }
    }
}

impl Hints {
    pub fn tell(&self, touched: &Touched, urgent: bool) {
        for (scope, seq) in touched {
            // Nobody takes them any more: the server stops.
            let _ = self.news.send((scope.clone(), *seq, urgent));
        }
    }

    /// # Errors
    /// The database did not answer, or does not know the person.
    pub async fn listen(&self, storage: &dyn Storage, caller: Caller) -> Result<Listening, StorageError> {
        let staff = storage.staff(&caller.staff).await?;
        let sections = staff.as_ref().map(|s| sections_of(s, &caller.today)).unwrap_or_default();
        let (ear, ears) = (Arc::<Ear>::default(), Arc::clone(&self.ears));
        ears.lock().unwrap_or_else(PoisonError::into_inner).put(&ear, &caller.staff, &sections);
        Ok(Listening { ear, ears, caller, sections })
    }
}

fn sections_of(staff: &Staff, today: &str) -> Vec<String> {
    let mut all: Vec<String> = staff.sections_on(today).map(str::to_owned).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Tells the sockets, until the server stops.
pub async fn run(app: &App) {
    let told = app.hints.told.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some(mut told) = told else { return };
    loop {
        let first = tokio::select! {
            () = app.stop.cancelled() => return,
            first = told.recv() => first,
        };
        let Some((scope, seq, urgent)) = first else { return };
        let mut news = News::from([(scope, (seq, urgent))]);
        while let Ok((scope, seq, urgent)) = told.try_recv() {
            add(&mut news, scope, seq, urgent);
        }
        for (scope, (seq, urgent)) in news {
            let lonely = app.hints.ears.lock().unwrap_or_else(PoisonError::into_inner).people.is_empty();
            if lonely {
                continue;
            }
            let owner = match scope.owner() {
                Some(id) => app.storage.office_record(id).await,
                None => Ok(None),
            };
            match owner {
                Ok(owner) => {
                    let audience = audience(&scope, owner.as_ref());
                    let ears = app.hints.ears.lock().unwrap_or_else(PoisonError::into_inner);
                    ears.tell(&audience, &scope, seq, urgent);
                }
                Err(error) => tracing::warn!(%error, "a hint is lost"),
            }
        }
    }
}

/// One open socket's place at the board; given up when dropped.
pub struct Listening {
    ear: Arc<Ear>,
    ears: Arc<Mutex<Ears>>,
    caller: Caller,
    sections: Vec<String>,
}

impl Listening {
    /// The next news. May be given up and asked again without loss.
    pub async fn recv(&self) -> Hint {
        loop {
            if let Some(hint) = self.ear.take() {
                return hint;
            }
            self.ear.ring.notified().await;
        }
    }

    /// Looks at the device and at the person's sections again; `false`: it may not listen any more.
    pub async fn still_allowed(&mut self, app: &App) -> bool {
        self.caller.today = app.clock.today();
        let device = match app.storage.device(self.caller.device).await {
            Ok(device) => device,
            // A database that is away takes nobody's permission.
            Err(_) => return true,
        };
        if let Ok(staff) = app.storage.staff(&self.caller.staff).await {
            let now = staff.as_ref().map(|s| sections_of(s, &self.caller.today)).unwrap_or_default();
            if now != self.sections {
                let mut ears = self.ears.lock().unwrap_or_else(PoisonError::into_inner);
                ears.remove(&self.ear, &self.caller.staff, &self.sections);
                ears.put(&self.ear, &self.caller.staff, &now);
                self.sections = now;
            }
        }
        device.is_some_and(|d| d.state == DeviceState::Active)
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let mut ears = self.ears.lock().unwrap_or_else(PoisonError::into_inner);
        ears.remove(&self.ear, &self.caller.staff, &self.sections);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use ekitei_model::people::{Post, Role};
    use serde_json::{Value, json};

    const TODAY: &str = "2026-11-21";
    const ID: &str = "01890000-0000-7000-8000-000000000001";

    fn owner(kind: &str, deleted: bool, fields: &Value) -> Record {
        serde_json::from_value(json!({"id": ID, "kind": kind, "scope": format!("{kind}:{ID}"),
            "born_seq": 1, "seq": 1, "deleted": deleted, "fields": fields}))
        .unwrap()
    }

    fn person(id: &str, sections: &[&str]) -> Staff {
        let post = |s: &&str| Post { section: (*s).to_owned(), role: Role::Staff, from: None, to: None };
        Staff {
            id: id.into(),
            name: String::new(),
            kana: String::new(),
            extension: String::new(),
            mobile: String::new(),
            posts: sections.iter().map(post).collect(),
        }
    }

    /// The audience is exactly those to whom the rules open the scope.
    #[test]
    fn an_audience_is_whom_the_rules_let_read() {
        let people = [person("a1", &["甲"]), person("b1", &["乙", "丙"]), person("c1", &[])];
        let hears = |to: &Audience, who: &Staff| {
            to.everybody
                || to.people.contains(&who.id)
                || sections_of(who, TODAY).iter().any(|s| to.sections.contains(s))
        };
        let cases = [
            json!({"section": "甲"}),
            json!({"section": "甲", "sections": ["丙"], "members": ["c1"]}),
            json!({"section": "甲", "restricted": true, "assignees": ["b1"], "office.visitors": ["c1"]}),
            json!({"section": "丁", "office.visitors": ["c1"]}),
        ];
        let rooms = [json!({"office.members": ["a1", "c1"]}), json!({"sections": ["乙"]}), json!({})];
        for who in &people {
            for deleted in [false, true] {
                for fields in &cases {
                    let of = owner("case", deleted, fields);
                    let may = !deleted && rules::may_read_case(&of, who, TODAY);
                    assert_eq!(hears(&audience(&of.scope, Some(&of)), who), may, "{} {fields}", who.id);
                }
                for fields in &rooms {
                    let of = owner("room", deleted, fields);
                    let may = room::may_read(&of, who, TODAY);
                    assert_eq!(hears(&audience(&of.scope, Some(&of)), who), may, "{} {fields}", who.id);
                }
            }
            for scope in ["all:", "user:a1", "section:丙", &format!("tally:{ID}")] {
                let scope: Scope = scope.parse().unwrap();
                let may = rules::may_read_standing(&scope, who, TODAY);
                assert_eq!(hears(&audience(&scope, None), who), may, "{} {scope}", who.id);
            }
            assert!(!hears(&audience(&format!("room:{ID}").parse().unwrap(), None), who), "nothing is there");
        }
    }

    #[test]
    fn news_of_one_scope_is_one_hint_and_who_left_hears_nothing() {
        let (mut ears, ear) = (Ears::default(), Arc::<Ear>::default());
        let sections = ["甲".to_owned(), "乙".to_owned()];
        ears.put(&ear, &"a1".into(), &sections);
        let to = Audience { sections: sections.to_vec(), people: vec!["a1".into()], everybody: false };
        for (seq, urgent) in [(4, true), (6, false), (5, false)] {
            ears.tell(&to, &Scope::All, seq, urgent);
        }
        let heard = ear.take().unwrap();
        assert_eq!((heard.seq, heard.urgent, ear.take().is_none()), (6, true, true));
        ears.remove(&ear, &"a1".into(), &sections);
        ears.tell(&to, &Scope::All, 7, false);
        assert!(ear.take().is_none() && ears.people.is_empty() && ears.sections.is_empty());
    }
}

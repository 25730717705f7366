//! Random forms, random answers: what is computed step by step is what is computed anew from the stored answers; and
//! nothing that was answered is ever lost by hiding, counting or saving.
#![allow(clippy::unwrap_used)]

use ekitei_forms::{AnswerKey, Answers, Env, Form, Opening, Session};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Numbers drawn one after the other; when they run out, zero.
struct Dice<'a> {
    rolls: &'a [u32],
    next: usize,
}

impl Dice<'_> {
    fn roll(&mut self, sides: usize) -> usize {
        let roll = self.rolls.get(self.next).copied().unwrap_or(0);
        self.next += 1;
        roll as usize % sides.max(1)
    }

    fn one<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.roll(of.len())]
    }
}

/// A question that may be referred to: its id, and the repeats around it.
#[derive(Clone)]
struct Known {
    id: String,
    repeats: Vec<String>,
    number: bool,
}

struct Maker<'a> {
    dice: Dice<'a>,
    known: Vec<Known>,
    repeats: Vec<String>,
    count: usize,
}

impl Maker<'_> {
    fn id(&mut self, kind: &str) -> String {
        self.count += 1;
        format!("{kind}{}", self.count)
    }

    /// A number from what was asked before: near, within a repeat, or summed over instances.
    fn number(&mut self, around: &[String]) -> String {
        if self.known.is_empty() {
            return self.dice.roll(9).to_string();
        }
        let known = self.known[self.dice.roll(self.known.len())].clone();
        let near = known.repeats.iter().all(|r| around.contains(r));
        let id = &known.id;
        match (near, known.number, self.dice.roll(6)) {
            (true, true, 0..3) => format!("${{{id}}}"),
            (true, true, _) => format!("coalesce(${{{id}}}, 0)"),
            (true, false, _) => format!("string-length(${{{id}}})"),
            (false, true, 0..2) => format!("sum(${{{id}}}[. != ''])"),
            (false, true, 2) => format!("max(${{{id}}})"),
            (false, _, 3) => format!("count(${{{id}}})"),
            (false, _, 4) => {
                format!(
                    "string-length(indexed-repeat(${{{id}}}, ${{{}}}, 2))",
                    known.repeats[known.repeats.len() - 1]
                )
            }
            _ => format!("count-non-empty(${{{id}}})"),
        }
    }

    fn expression(&mut self, around: &[String]) -> String {
        let (a, b) = (self.number(around), self.number(around));
        let compare = self.dice.one(&["=", "!=", "<", ">=", ">"]);
        match self.dice.roll(7) {
            0 => format!("{a} {compare} {b}"),
            1 => format!("if({a} {compare} 2, {b}, {a} + 1)"),
            2 => format!("not({a} {compare} {b}) or {b} = 3"),
            3 => format!("concat({a}, '-', {b})"),
            4 if !self.repeats.is_empty() => {
                let repeat = self.repeats[self.dice.roll(self.repeats.len())].clone();
                format!("count(${{{repeat}}}) + {a}")
            }
            5 if !around.is_empty() => format!("position(..) * 10 + {a}"),
            _ => format!("{a} + {b}"),
        }
    }

    fn items(&mut self, depth: usize, around: &[String]) -> Vec<Value> {
        let wanted = 1 + self.dice.roll(if depth == 0 { 8 } else { 4 });
        let mut items = Vec::new();
        for _ in 0..wanted {
            let kinds = if depth < 3 { 8 } else { 6 };
            let mut item = match self.dice.roll(kinds) {
                0 | 1 => self.leaf("integer", around, true),
                2 => self.leaf("text", around, false),
                3 => {
                    let calculate = self.expression(around);
                    let mut item = self.leaf("calculate", around, true);
                    item["calculate"] = calculate.into();
                    item
                }
                4 => {
                    let mut item = self.leaf("ruling", around, false);
                    item["fail_needs_finding"] = true.into();
                    item
                }
                5 => self.leaf("decimal", around, true),
                6 => self.container("group", depth, around),
                _ => self.container("repeat", depth, around),
            };
            if self.dice.roll(3) == 0 && item["type"] != "calculate" {
                let others = std::mem::take(&mut self.known);
                let own = item["id"].as_str().unwrap_or_default().to_owned();
                // What is asked within a group must not decide about the group.
                self.known =
                    others.iter().filter(|k| !is_within(&item, &k.id) && k.id != own).cloned().collect();
                let field = self.dice.one(&["relevant", "relevant", "required", "read_only"]);
                let field = if item.get("items").is_some() { "relevant" } else { field };
                if !(field == "relevant" && item["type"] == "repeat") || self.known.len() < others.len() {
                    let repeats = std::mem::take(&mut self.repeats);
                    self.repeats =
                        repeats.iter().filter(|r| **r != own && !is_within(&item, r)).cloned().collect();
                    item[field] = self.expression(around).into();
                    self.repeats = repeats;
                }
                self.known = others;
            }
            items.push(item);
        }
        items
    }

    fn leaf(&mut self, kind: &str, around: &[String], number: bool) -> Value {
        let id = self.id("q");
        let mut item = json!({ "id": id, "type": kind });
        match self.dice.roll(8) {
            0 if kind == "integer" => item["constraint"] = ". > 1".into(),
            1 if kind == "integer" => item["default"] = 2.into(),
            2 if kind == "integer" && !self.known.is_empty() => {
                item["constraint"] = format!(". != {}", self.number(around)).into();
            }
            _ => {}
        }
        self.known.push(Known { id, repeats: around.to_vec(), number });
        item
    }

    fn container(&mut self, kind: &str, depth: usize, around: &[String]) -> Value {
        let id = self.id(if kind == "group" { "g" } else { "r" });
        let mut item = json!({ "id": id, "type": kind });
        let mut inner = around.to_vec();
        if kind == "repeat" {
            if self.dice.roll(2) == 0 {
                item["repeat_count"] = format!("{} mod 4", self.number(around)).into();
            }
            self.repeats.push(id.clone());
            inner.push(id);
        }
        item["items"] = self.items(depth + 1, &inner).into();
        item
    }
}

fn is_within(item: &Value, id: &str) -> bool {
    let items = item["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().any(|i| i["id"] == id || is_within(i, id))
}

fn form(rolls: &[u32]) -> (Value, Option<Arc<Form>>) {
    let mut maker = Maker { dice: Dice { rolls, next: 0 }, known: Vec::new(), repeats: Vec::new(), count: 0 };
    let items = maker.items(0, &[]);
    let def = json!({ "id": "f", "version": 1, "title": "t", "items": items });
    let form = Form::from_json(&def.to_string());
    // Only references to what comes later or within could make a circle, and those are not drawn; a `count` of the own
    // repeat may.
    if let Err(problems) = &form {
        assert!(problems.iter().all(|p| p.code == "form-circle"), "{problems:?}\n{def:#}");
    }
    (def, form.ok().map(Arc::new))
}

fn env() -> Env {
    Env { now: "2026-11-21T10:05:00.000+09:00".to_owned(), language: "en".to_owned(), ..Env::default() }
}

/// What the phone would have stored.
#[derive(Default)]
struct Stored {
    answers: Answers,
    instances: Answers,
}

impl Stored {
    fn take(&mut self, session: &mut Session) {
        let patch = session.take_patch();
        for (store, changes) in [(&mut self.answers, patch.answers), (&mut self.instances, patch.instances)] {
            for (key, value) in changes {
                if value.is_null() {
                    store.remove(&key);
                } else {
                    store.insert(key, value);
                }
            }
        }
    }

    fn open(&self, form: &Arc<Form>) -> Session {
        let opening = Opening {
            env: env(),
            answers: self.answers.clone(),
            instances: self.instances.clone(),
            ..Opening::default()
        };
        Session::open(Arc::clone(form), opening)
    }
}

/// All that a person or an office can see.
fn look(session: &Session) -> Value {
    let pages: Vec<_> = (0..30).filter_map(|p| session.page_view(p)).collect();
    json!({
        "form": session.form_view(), "pages": pages, "faults": session.faults(), "finish": session.finish(),
        "left_out": session.left_out(), "rest": session.rest_preview(),
    })
}

/// Questions with their type, repeats with the instance around them, instances.
type Places = (Vec<(String, String)>, Vec<(String, String)>, Vec<String>);

/// Places of the screen where something can be done.
fn places(session: &Session) -> Places {
    fn visit(items: &Value, around: &str, out: &mut Places) {
        for item in items.as_array().map(Vec::as_slice).unwrap_or_default() {
            let key = item["key"].as_str().unwrap().to_owned();
            if let Some(instances) = item.get("instances").and_then(Value::as_array) {
                if item.get("counted").is_none() {
                    out.1.push((key.split('@').next().unwrap().to_owned(), around.to_owned()));
                    out.2.extend(instances.iter().map(|i| i["key"].as_str().unwrap().to_owned()));
                }
                for instance in instances {
                    let id = instance["key"].as_str().unwrap().split_once('@').unwrap().1.to_owned();
                    visit(&instance["items"], &id, out);
                }
            } else if item["type"] != "group" && item["computed"] == false && item["read_only"] == false {
                out.0.push((key, item["type"].as_str().unwrap().to_owned()));
            }
            if let Some(items) = item.get("items") {
                visit(items, around, out);
            }
        }
    }
    let mut out = (Vec::new(), Vec::new(), Vec::new());
    for page in (0..30).filter_map(|p| session.page_view(p)) {
        visit(&json!(page.items), "", &mut out);
    }
    out
}

fn act(session: &mut Session, dice: &mut Dice, step: usize, given: &mut BTreeMap<String, Value>) {
    let (questions, repeats, instances) = places(session);
    match dice.roll(8) {
        0 if !repeats.is_empty() => {
            let (repeat, parent) = &repeats[dice.roll(repeats.len())];
            session.add_instance(repeat, parent, &format!("i{step}")).unwrap();
        }
        1 if !instances.is_empty() => {
            let key = &instances[dice.roll(instances.len())];
            session.remove_instance(&AnswerKey::from(key.as_str())).unwrap();
            let id = key.split_once('@').unwrap().1;
            given.retain(|k, _| {
                let inner = k.split_once('@').map_or("", |(_, i)| i);
                inner != id && !inner.starts_with(&format!("{id}."))
            });
        }
        _ if !questions.is_empty() => {
            let (key, kind) = &questions[dice.roll(questions.len())];
            let answer = match kind.as_str() {
                "integer" => json!(dice.roll(6)),
                "decimal" => json!(dice.roll(60) as f64 / 10.0),
                "ruling" => json!(dice.one(&["ok", "fail", "na"])),
                "photo" => json!(["p1"]),
                _ => json!(dice.one(&["a", "bb", "ccc", "4"])),
            };
            let answer = if dice.roll(6) == 0 { Value::Null } else { answer };
            session.set(&AnswerKey::from(key.as_str()), &answer).unwrap();
            // An answer taken away may be a default's again when its instance goes and comes back.
            match answer {
                Value::Null => given.remove(key),
                answer => given.insert(key.clone(), answer),
            };
        }
        _ => {}
    }
}

/// 2 and 2.0 are one answer.
fn same(a: &Value, b: &Value) -> bool {
    a == b || (a.is_number() && a.as_f64() == b.as_f64())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn step_by_step_is_the_same_as_anew(
        rolls in prop::collection::vec(any::<u32>(), 20..160),
        acts in prop::collection::vec(any::<u32>(), 0..120),
    ) {
        let (def, form) = form(&rolls);
        let Some(form) = form else { return Ok(()) };
        let opening = Opening { env: env(), new: true, ..Opening::default() };
        let mut session = Session::open(Arc::clone(&form), opening);
        let mut stored = Stored::default();
        let mut given = BTreeMap::new();
        let mut dice = Dice { rolls: &acts, next: 0 };
        let mut step = 0;
        stored.take(&mut session);
        while dice.next < acts.len() {
            step += 1;
            act(&mut session, &mut dice, step, &mut given);
            stored.take(&mut session);
            let anew = stored.open(&form);
            prop_assert_eq!(look(&session), look(&anew), "after {} of {:#}", step, def);
            for (key, answer) in &given {
                let key = AnswerKey::from(key.as_str());
                prop_assert!(same(&session.answer(&key), answer), "lost {} of {:#}", key, def);
                prop_assert!(same(&anew.answer(&key), answer), "lost by saving {} of {:#}", key, def);
            }
            // Killed and opened again in the middle.
            if step % 5 == 0 {
                session = anew;
            }
        }
    }
}

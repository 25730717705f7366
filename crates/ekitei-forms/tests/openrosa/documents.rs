//! An XML document of the recorded tests as a form: elements with children are groups, leaves are texts, elements of
//! the same name beside each other are instances of a repeat.

use ekitei_forms::def::ItemType;
use ekitei_forms::{AnswerKey, Answers, Env, Form, FormDef, Item, Opening, Session, Text};
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Name, and children or text.
#[derive(Deserialize)]
pub struct Tree(pub String, pub Content);

#[derive(Deserialize)]
#[serde(untagged)]
pub enum Content {
    Children(Vec<Tree>),
    Text(String),
}

pub struct Document {
    pub session: Session,
    /// Path of each element, as the recording has it, with the question that it became.
    keys: BTreeMap<String, AnswerKey>,
    /// Paths of leaves that stand several times: they became repeats with one text `v`.
    leaves: Vec<String>,
}

#[derive(Default)]
struct Making {
    count: usize,
    answers: Answers,
    instances: Answers,
    keys: BTreeMap<String, AnswerKey>,
    leaves: Vec<String>,
}

impl Document {
    /// `None`: the form's rules forbid such a document.
    pub fn open(tree: &Tree) -> Option<Self> {
        let mut making = Making::default();
        let Content::Children(children) = &tree.1 else { return None };
        let root = format!("/{}", tree.0);
        let refs: Vec<&Tree> = children.iter().collect();
        let items = making.items(&[(refs, root.clone(), String::new())], &root);
        let def =
            FormDef { id: tree.0.clone(), version: 1, title: Text::ja("t"), items, ..FormDef::default() };
        let form = Form::compile(def).ok()?;
        let env = Env {
            now: "2026-11-21T12:00:00.000-07:00".to_owned(),
            language: "en".to_owned(),
            ..Env::default()
        };
        let opening =
            Opening { env, answers: making.answers, instances: making.instances, ..Opening::default() };
        let session = Session::open(Arc::new(form), opening);
        Some(Self { session, keys: making.keys, leaves: making.leaves })
    }

    pub fn key(&self, path: &str) -> Option<AnswerKey> {
        self.keys.get(path).cloned()
    }

    /// `/root/item` becomes `/root/item/v` where items are leaves that stand several times.
    pub fn rewritten(&self, expression: &str) -> String {
        let mut out = expression.to_owned();
        for leaf in &self.leaves {
            let mut from = 0;
            while let Some(at) = out[from..].find(leaf.as_str()).map(|at| from + at) {
                let mut end = at + leaf.len();
                if out[end..].starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '/')) {
                    from = end;
                    continue;
                }
                while out[end..].starts_with('[') {
                    end += out[end..].find(']').map_or(1, |close| close + 1);
                }
                out.insert_str(end, "/v ");
                from = end;
            }
        }
        out
    }
}

impl Making {
    fn id(&mut self) -> String {
        self.count += 1;
        format!("n{}", self.count)
    }

    /// The items for elements that stand at the same place in one or several instances: (children, path, instance).
    fn items(&mut self, places: &[(Vec<&Tree>, String, String)], plain: &str) -> Vec<Item> {
        let mut names: Vec<&str> = Vec::new();
        for (children, ..) in places {
            for child in children {
                if !names.contains(&child.0.as_str()) {
                    names.push(&child.0);
                }
            }
        }
        names.into_iter().map(|name| self.item(places, name, plain)).collect()
    }

    fn item(&mut self, places: &[(Vec<&Tree>, String, String)], name: &str, plain: &str) -> Item {
        let id = self.id();
        let plain = format!("{plain}/{name}");
        let mut item = Item { id: id.clone(), name: Some(name.to_owned()), ..Item::default() };
        let named = |children: &Vec<&'_ Tree>| children.iter().filter(|c| c.0 == name).count();
        let repeats = places.iter().any(|(children, ..)| named(children) > 1);
        let leaf = |tree: &Tree| match &tree.1 {
            Content::Text(text) => Some(text.clone()),
            Content::Children(_) => None,
        };
        let all_leaves =
            places.iter().flat_map(|(c, ..)| c.iter().filter(|c| c.0 == name)).all(|c| leaf(c).is_some());
        let mut below: Vec<(Vec<&Tree>, String, String)> = Vec::new();
        let value_id = if repeats && all_leaves { Some(self.id()) } else { None };
        for (children, path, instance) in places {
            for (i, child) in children.iter().filter(|c| c.0 == name).enumerate() {
                let own = if repeats {
                    let number = if named(children) > 1 { format!("[{}]", i + 1) } else { String::new() };
                    let inner =
                        if instance.is_empty() { format!("i{i}") } else { format!("{instance}.i{i}") };
                    self.instances.insert(AnswerKey::new(&id, &inner), json!(i + 1));
                    (format!("{path}/{name}{number}"), inner)
                } else {
                    (format!("{path}/{name}"), instance.clone())
                };
                let key = AnswerKey::new(value_id.as_ref().unwrap_or(&id), &own.1);
                // A repeat as such is no context; its instances have none of their own here.
                if !repeats || all_leaves {
                    self.keys.insert(own.0.clone(), key.clone());
                }
                match &child.1 {
                    Content::Text(text) => drop(self.answers.insert(key, json!(text))),
                    Content::Children(grand) => below.push((grand.iter().collect(), own.0, own.1)),
                }
            }
        }
        if let Some(value_id) = value_id {
            self.leaves.push(plain);
            item.kind = ItemType::Repeat;
            item.items = vec![Item { id: value_id, name: Some("v".to_owned()), ..Item::default() }];
        } else if repeats || !below.is_empty() {
            item.kind = if repeats { ItemType::Repeat } else { ItemType::Group };
            item.items = self.items(&below, &plain);
        }
        item
    }
}

//! Items in items become nodes in a row; rulings get their finding and their photos; repeats open scopes.

use super::check::{check_form, check_item};
use super::graph::Graph;
use super::names::Names;
use super::{Draft, Form, ListId, Node, NodeId, Problems, ROOT, Role, Scope, ScopeId, Switch};
use crate::def::{Choice, DraftPart, FormDef, Item, ItemType, Rule, Scale, Text};
use crate::limits::{MAX_GROUP_DEPTH, MAX_ITEMS, MAX_LIST_COLUMNS, MAX_LIST_ROWS, MAX_REPEAT_DEPTH};
use crate::list::{List, ListDef, from_choices};
use crate::problem::Problem;
use std::collections::HashMap;

/// `None`: so much is wrong that looking further would only repeat it.
pub(crate) fn build(def: FormDef, problems: &mut Problems) -> Option<Form> {
    check_form(&def, problems);
    let mut parts = Form {
        id: def.id,
        version: def.version,
        title: def.title,
        nodes: Vec::new(),
        scopes: vec![Scope { node: ROOT, parent: 0, depth: 0, slots: Vec::new(), repeats: Vec::new() }],
        lists: Vec::new(),
        exprs: Vec::new(),
        graph: Graph::default(),
        names: Names::default(),
        list_names: HashMap::new(),
        report: drafts(def.report),
        drafts: HashMap::new(),
    };
    for (name, list) in def.lists {
        if let Some(id) = add_list(&mut parts.lists, &name, list, &name, problems) {
            parts.list_names.insert(name.into(), id);
        }
    }
    let root = Item { id: parts.id.clone(), kind: ItemType::Group, ..Item::default() };
    parts.nodes.push(new_node(root, ROOT, 0, Role::Asked, Scale::Conform));
    let mut grower = Grower { parts, problems, full: false };
    grower.items(def.items, ROOT, 0, 0, None);
    if grower.full {
        grower.problems.add(Problem::new("form-many-items").with("count", MAX_ITEMS));
        return None;
    }
    Some(grower.parts)
}

fn drafts(parts: Vec<DraftPart>) -> Vec<Draft> {
    parts.into_iter().map(|part| Draft { part, when: None, each: None }).collect()
}

fn new_node(item: Item, parent: NodeId, scope: ScopeId, role: Role, scale: Scale) -> Node {
    Node {
        item,
        parent,
        children: Vec::new(),
        scope,
        slot: 0,
        inner: None,
        kid: 0,
        role,
        scale,
        relevant: None,
        required: Switch::Never,
        read_only: Switch::Never,
        constraint: None,
        calculate: None,
        repeat_count: None,
        default_expression: None,
        list: None,
        choice_filter: None,
    }
}

fn add_list(
    lists: &mut Vec<List>,
    name: &str,
    def: ListDef,
    at: &str,
    problems: &mut Problems,
) -> Option<ListId> {
    let problem = |code: &str| Problem::new(code).at(at, "choices");
    if def.rows.len() > MAX_LIST_ROWS || def.columns.len() > MAX_LIST_COLUMNS || def.rows.too_large() {
        problems.add(problem("form-list-large").with("count", MAX_LIST_ROWS));
        return None;
    }
    let Some(list) = List::new(name, def) else {
        problems.add(problem("form-list-column").with("column", "value"));
        return None;
    };
    if let Some(row) = list.row_without_value() {
        problems.add(problem("form-choice-empty").with("row", row + 1));
    }
    if let Some(value) = list.doubled_value() {
        problems.add(problem("form-choice-double").with("value", value));
    }
    lists.push(list);
    Some((lists.len() - 1) as ListId)
}

struct Grower<'a> {
    parts: Form,
    problems: &'a mut Problems,
    full: bool,
}

/// What a matrix hands down to its rulings.
#[derive(Clone)]
struct Shared {
    scale: Option<Scale>,
    photo: Option<bool>,
    finding: Option<bool>,
    phrases: Vec<Text>,
}

impl Grower<'_> {
    fn items(
        &mut self,
        items: Vec<Item>,
        parent: NodeId,
        depth: usize,
        repeats: usize,
        shared: Option<&Shared>,
    ) {
        if depth > MAX_GROUP_DEPTH {
            let at = self.parts.nodes[parent as usize].item.id.clone();
            self.problems.add(Problem::new("form-deep").at(&at, "").with("count", MAX_GROUP_DEPTH));
            return;
        }
        for item in items {
            if self.full {
                return;
            }
            self.item(item, parent, depth, repeats, shared);
        }
    }

    fn item(
        &mut self,
        mut item: Item,
        parent: NodeId,
        depth: usize,
        repeats: usize,
        shared: Option<&Shared>,
    ) {
        check_item(&item, shared.is_some(), self.problems);
        if let Some(shared) = shared.filter(|_| item.kind == ItemType::Ruling) {
            item.scale = item.scale.or(shared.scale);
            item.fail_needs_photo = item.fail_needs_photo.or(shared.photo);
            item.fail_needs_finding = item.fail_needs_finding.or(shared.finding);
            if item.phrases.is_empty() {
                item.phrases.clone_from(&shared.phrases);
            }
        }
        let children = std::mem::take(&mut item.items);
        let choices = std::mem::take(&mut item.choices);
        let own_drafts = std::mem::take(&mut item.draft);
        let kind = item.kind.clone();
        let Some(id) = self.add(item, parent, Role::Asked) else { return };
        self.choices(id, &choices);
        if !own_drafts.is_empty() {
            self.parts.drafts.insert(id, drafts(own_drafts));
        }
        match kind {
            ItemType::Ruling => self.ruling_parts(id, parent),
            ItemType::Repeat => {
                if repeats >= MAX_REPEAT_DEPTH {
                    let at = self.parts.nodes[id as usize].item.id.clone();
                    self.problems.add(Problem::new("form-deep").at(&at, "").with("count", MAX_REPEAT_DEPTH));
                    return;
                }
                self.open_scope(id);
                self.items(children, id, depth + 1, repeats + 1, None);
            }
            ItemType::Matrix => {
                let item = &self.parts.nodes[id as usize].item;
                let shared = Shared {
                    scale: item.scale,
                    photo: item.fail_needs_photo,
                    finding: item.fail_needs_finding,
                    phrases: item.phrases.clone(),
                };
                self.items(children, id, depth + 1, repeats, Some(&shared));
            }
            _ => self.items(children, id, depth + 1, repeats, None),
        }
    }

    fn add(&mut self, item: Item, parent: NodeId, role: Role) -> Option<NodeId> {
        if self.parts.nodes.len() > MAX_ITEMS {
            self.full = true;
            return None;
        }
        let id = self.parts.nodes.len() as NodeId;
        let above = &self.parts.nodes[parent as usize];
        let scope = above.inner.unwrap_or(above.scope);
        let scale = item.scale.unwrap_or_default();
        let mut node = new_node(item, parent, scope, role, scale);
        let plan = &mut self.parts.scopes[scope as usize];
        node.slot = plan.slots.len() as u32;
        plan.slots.push(id);
        self.parts.names.add(id, &node, self.problems);
        self.parts.nodes.push(node);
        self.parts.nodes[parent as usize].children.push(id);
        Some(id)
    }

    fn open_scope(&mut self, repeat: NodeId) {
        let parent = self.parts.nodes[repeat as usize].scope;
        let Ok(inner) = ScopeId::try_from(self.parts.scopes.len()) else {
            self.full = true;
            return;
        };
        let above = &mut self.parts.scopes[parent as usize];
        let kid = above.repeats.len() as u32;
        above.repeats.push(repeat);
        let depth = above.depth + 1;
        self.parts.scopes.push(Scope { node: repeat, parent, depth, slots: Vec::new(), repeats: Vec::new() });
        let node = &mut self.parts.nodes[repeat as usize];
        node.inner = Some(inner);
        node.kid = kid;
    }

    /// The finding and the photos of a ruling are questions of their own, so that they have keys, rules and hints.
    fn ruling_parts(&mut self, ruling: NodeId, parent: NodeId) {
        let item = &self.parts.nodes[ruling as usize].item;
        let failed = format!("${{{}}} = 'fail'", item.id);
        let needs = |tick: Option<bool>| tick.unwrap_or(false).then(|| Rule::When(failed.clone()));
        let finding = Item {
            id: format!("{}_finding", item.id),
            kind: ItemType::Text,
            relevant: Some(failed.clone()),
            required: needs(item.fail_needs_finding),
            phrases: item.phrases.clone(),
            from_last: item.from_last,
            ..Item::default()
        };
        let photos = Item {
            id: format!("{}_photos", item.id),
            kind: ItemType::Photo,
            // A picture may also show what is in order.
            relevant: item.relevant.clone(),
            required: needs(item.fail_needs_photo),
            max_count: item.max_count,
            ..Item::default()
        };
        for (item, role) in [(finding, Role::Finding(ruling)), (photos, Role::Photos(ruling))] {
            self.add(item, parent, role);
        }
    }

    fn choices(&mut self, id: NodeId, choices: &[Choice]) {
        let node = &self.parts.nodes[id as usize];
        if !node.kind().is_choice() {
            return;
        }
        let at = node.item.id.clone();
        let list = match &node.item.list {
            Some(name) => {
                let found = self.parts.list_names.get(name.as_str()).copied();
                if found.is_none() {
                    self.problems.add(Problem::new("form-list-unknown").at(&at, "list").with("list", name));
                }
                found
            }
            None => add_list(&mut self.parts.lists, &at, from_choices(choices), &at, self.problems),
        };
        self.parts.nodes[id as usize].list = list;
    }
}

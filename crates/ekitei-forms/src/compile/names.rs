//! From names to nodes: by id in the whole form, by name among neighbours.

use super::{Form, Node, NodeId, Problems};
use crate::problem::Problem;
use std::collections::HashMap;

#[derive(Debug, Default)]
pub(crate) struct Names {
    pub by_id: HashMap<Box<str>, NodeId>,
    /// Name within its group.
    below: HashMap<(NodeId, Box<str>), NodeId>,
    /// Name in the whole form; `None` where several have it.
    anywhere: HashMap<Box<str>, Option<NodeId>>,
}

impl Names {
    /// The node must not be in the form yet.
    pub fn add(&mut self, id: NodeId, node: &Node, problems: &mut Problems) {
        let double = |field: &str| Problem::new("form-id-double").at(node.id(), field).with("id", node.id());
        if self.by_id.contains_key(node.id()) {
            problems.add(double("id"));
        } else {
            self.by_id.insert(node.id().into(), id);
        }
        if self.below.insert((node.parent, node.name().into()), id).is_some() && node.item.name.is_some() {
            problems.add(double("name"));
        }
        self.anywhere.entry(node.name().into()).and_modify(|found| *found = None).or_insert(Some(id));
    }

    /// Paths are resolved once; afterwards only ids are looked up.
    pub fn keep_ids_only(&mut self) {
        self.below = HashMap::new();
        self.anywhere = HashMap::new();
    }

    /// All names of a form again, for an expression that comes later.
    pub fn of(form: &Form) -> Self {
        let mut names = Self::default();
        let mut nothing_new = Problems::default();
        for (id, node) in form.nodes.iter().enumerate().skip(1) {
            names.add(id as NodeId, node, &mut nothing_new);
        }
        names
    }

    /// `${name}`: the id, or a name that only one question has.
    pub fn question(&self, name: &str) -> Option<NodeId> {
        self.by_id.get(name).copied().or_else(|| self.anywhere.get(name).copied().flatten())
    }

    pub fn child(&self, parent: NodeId, name: &str) -> Option<NodeId> {
        self.below.get(&(parent, name.into())).copied()
    }
}

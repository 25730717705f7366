//! From a definition to a form that can be filled: flatten, resolve, order. Everything wrong is found here, when the
//! form is made, and reported with all its questions.

pub mod check;
pub mod graph;
pub mod ir;
pub mod names;
pub mod resolve;
mod resolve_drafts;
mod resolve_paths;
pub mod tree;

use crate::def::{DraftPart, FormDef, Item, ItemType, Scale, Text};
use crate::list::List;
use crate::problem::Problem;
use graph::Graph;
use ir::{Ir, RowFilter};
use names::Names;
use std::collections::HashMap;

pub type NodeId = u32;
pub type ScopeId = u16;
pub type ExprId = u32;
pub type ListId = u32;

/// The root node of every form.
pub const ROOT: NodeId = 0;

/// A form ready to be filled. Immutable; sessions share it.
#[derive(Debug)]
pub struct Form {
    pub id: String,
    pub version: u32,
    pub title: Text,
    pub(crate) nodes: Vec<Node>,
    pub(crate) scopes: Vec<Scope>,
    pub(crate) lists: Vec<List>,
    pub(crate) exprs: Vec<Compiled>,
    pub(crate) graph: Graph,
    pub(crate) names: Names,
    pub(crate) list_names: HashMap<Box<str>, ListId>,
    pub(crate) report: Vec<Draft>,
    /// Drafts of text questions.
    pub(crate) drafts: HashMap<NodeId, Vec<Draft>>,
}

/// A question, group or repeat.
#[derive(Debug)]
pub(crate) struct Node {
    /// As written, without its items, choices and drafts.
    pub item: Item,
    /// Containing group or repeat; the root's is the root.
    pub parent: NodeId,
    pub children: Vec<NodeId>,
    pub scope: ScopeId,
    /// Place in a frame of `scope`.
    pub slot: u32,
    /// Of a repeat: the scope of its instances, and the place among the repeats of `scope`.
    pub inner: Option<ScopeId>,
    pub kid: u32,
    pub role: Role,
    pub scale: Scale,
    pub relevant: Option<ExprId>,
    pub required: Switch,
    pub read_only: Switch,
    pub constraint: Option<ExprId>,
    pub calculate: Option<ExprId>,
    pub repeat_count: Option<ExprId>,
    pub default_expression: Option<ExprId>,
    pub list: Option<ListId>,
    pub choice_filter: Option<Box<RowFilter>>,
}

impl Node {
    pub fn id(&self) -> &str {
        &self.item.id
    }

    pub fn kind(&self) -> &ItemType {
        &self.item.kind
    }

    pub fn name(&self) -> &str {
        self.item.name.as_deref().unwrap_or(&self.item.id)
    }

    /// Computed by the engine: not in the answers, in the finished record as a snapshot.
    pub fn is_computed(&self) -> bool {
        self.calculate.is_some() || self.item.kind.is_derived()
    }
}

/// Why a node is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Asked,
    /// The finding text of a ruling.
    Finding(NodeId),
    /// The photos of a ruling.
    Photos(NodeId),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Switch {
    Never,
    Always,
    When(ExprId),
}

/// A frame's plan: the form itself or an instance of a repeat.
#[derive(Debug)]
pub(crate) struct Scope {
    /// The repeat; of the form itself the root.
    pub node: NodeId,
    pub parent: ScopeId,
    pub depth: u8,
    /// Nodes with a slot, in the order of the form.
    pub slots: Vec<NodeId>,
    /// Repeats whose instances hang below a frame of this scope.
    pub repeats: Vec<NodeId>,
}

/// What an expression decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Relevant,
    RepeatCount,
    Calculate,
    Required,
    ReadOnly,
    Constraint,
    /// Evaluated when asked for, not kept: defaults, drafts.
    OnDemand,
}

#[derive(Debug)]
pub(crate) struct Compiled {
    pub owner: NodeId,
    pub effect: Effect,
    pub ir: Ir,
    pub uses: Vec<Use>,
}

/// A reference's source: the expression is evaluated again when `node` changes, in all frames that share the ancestor
/// at `shared_depth`. For a repeat: when instances come or go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Use {
    pub node: NodeId,
    pub shared_depth: u8,
}

/// A paragraph of a draft, compiled.
#[derive(Debug)]
pub(crate) struct Draft {
    pub part: DraftPart,
    pub when: Option<ExprId>,
    /// The node whose instances are told; `None` with `part.each` set means findings.
    pub each: Option<NodeId>,
}

impl Form {
    /// Checks and prepares a definition. All problems are returned together, at most
    /// [`crate::limits::MAX_PROBLEMS`] of them.
    pub fn compile(def: FormDef) -> Result<Self, Vec<Problem>> {
        let mut problems = Problems::default();
        let built = tree::build(def, &mut problems);
        let form = match built {
            Some(mut form) => {
                resolve::expressions(&mut form, &mut problems);
                form.graph = graph::order(&form, &mut problems);
                form.names.keep_ids_only();
                Some(form)
            }
            None => None,
        };
        match form {
            Some(form) if problems.list.is_empty() => Ok(form),
            _ => Err(problems.finish()),
        }
    }

    /// Reads and compiles.
    pub fn from_json(json: &str) -> Result<Self, Vec<Problem>> {
        Self::compile(FormDef::from_json(json).map_err(|p| vec![p])?)
    }

    /// Questions, groups, repeats and derived questions.
    pub fn item_count(&self) -> usize {
        self.nodes.len() - 1
    }

    /// Whether the question is answered by child records (photos, signatures, drawings, files) instead of a field.
    pub fn is_attachment(&self, question: &str) -> bool {
        self.names.by_id.get(question).is_some_and(|n| self.node(*n).kind().is_attachment())
    }

    pub(crate) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id as usize]
    }

    pub(crate) fn scope(&self, id: ScopeId) -> &Scope {
        &self.scopes[id as usize]
    }
}

/// Collects, up to a bound.
#[derive(Default)]
pub(crate) struct Problems {
    pub list: Vec<Problem>,
    more: usize,
}

impl Problems {
    pub fn add(&mut self, problem: Problem) {
        if self.list.len() < crate::limits::MAX_PROBLEMS {
            self.list.push(problem);
        } else {
            self.more += 1;
        }
    }

    fn finish(mut self) -> Vec<Problem> {
        if self.more > 0 {
            self.list.push(Problem::new("form-more-problems").with("count", self.more));
        }
        self.list
    }
}

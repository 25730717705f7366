//! An expression with its references resolved: what [`crate::eval`] runs.

use super::{ListId, NodeId};
use crate::eval::functions::Function;
use crate::xpath::Op;

#[derive(Debug)]
pub enum Ir {
    Number(f64),
    Text(Box<str>),
    Negate(Box<Ir>),
    All(Vec<Ir>),
    Any(Vec<Ir>),
    Binary(Op, Box<Ir>, Box<Ir>),
    Call(Function, Vec<Ir>),
    /// `if(…)`, apart because only one branch is evaluated.
    If(Box<[Ir; 3]>),
    /// `regex(value, 'pattern')` with a fixed pattern.
    Regex(Box<Ir>, Box<crate::pattern::Pattern>),
    Slot(SlotRef),
    Walk(Box<Walk>),
    Rows(Box<RowQuery>),
    /// A column of the row that a predicate looks at.
    RowCell(u32),
    Union(Vec<Ir>),
    /// `jr:choice-name(value, 'question')`.
    ChoiceLabel {
        list: ListId,
        value: Box<Ir>,
    },
    /// `position(..)`: the number of the instance, from 1.
    PositionOf {
        base: Base,
        up: u8,
    },
}

/// Where a reference starts: the question whose expression it is, or the candidate of a predicate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    Current,
    Candidate,
}

/// One node, reached by going up `up` repeats.
#[derive(Clone, Copy, Debug)]
pub struct SlotRef {
    pub base: Base,
    pub up: u8,
    pub node: NodeId,
}

/// A node-set: up, then down through all instances of repeats.
#[derive(Debug)]
pub struct Walk {
    pub base: Base,
    pub up: u8,
    pub legs: Vec<Leg>,
    pub target: NodeId,
}

#[derive(Debug)]
pub enum Leg {
    /// All instances of the repeat that satisfy the predicates.
    Into { repeat: NodeId, predicates: Vec<Ir> },
    /// The nth instance, counted by an expression of the question itself (`indexed-repeat`).
    Nth { repeat: NodeId, index: Ir },
    /// Stays, if the predicates hold for the node.
    Filter { node: NodeId, predicates: Vec<Ir> },
}

/// `instance('list')/root/item[…]/column`.
#[derive(Debug)]
pub struct RowQuery {
    pub list: ListId,
    pub filter: RowFilter,
    /// Absent: the rows themselves, for `count`.
    pub column: Option<u32>,
}

/// Which rows of a list: by the index where an equality allows it, then by what remains.
#[derive(Debug, Default)]
pub struct RowFilter {
    /// A column and what its cell must equal; the latter depends on no row.
    pub key: Option<(u32, Ir)>,
    /// Predicates in order, without the equality above.
    pub rest: Vec<Ir>,
}

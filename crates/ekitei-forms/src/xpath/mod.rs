//! XPath 1.0 in the subset that XForms of the field use: the tree of an expression. No meaning here; see
//! [`crate::compile`] for references and [`crate::eval`] for values.

pub mod lexer;
pub mod names;
pub mod number;
pub mod parser;

pub use parser::parse;

/// An expression as written. Its height is bounded by [`crate::limits::MAX_EXPRESSION_HEIGHT`].
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    Number(f64),
    Text(Box<str>),
    Negate(Box<Expr>),
    /// `a and b and c`: chains stay flat, so that a long one is not a deep one.
    All(Vec<Expr>),
    Any(Vec<Expr>),
    Binary(Op, Box<Expr>, Box<Expr>),
    Call(Box<str>, Vec<Expr>),
    Path(Path),
    /// `(a | b | …)`.
    Union(Vec<Expr>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    pub start: Start,
    pub steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Start {
    /// `/data/…`
    Root,
    /// `../x`, `x`, `.`
    Context,
    /// `current()/…`
    Current,
    /// `${x}`
    Named(Box<str>),
    /// `instance('towns')/root/item…`
    Instance(Box<str>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub axis: Axis,
    pub predicates: Vec<Expr>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Axis {
    Child(Box<str>),
    AnyChild,
    Itself,
    Parent,
}

/// Why an expression cannot be read: a code of the message catalogue and its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    pub code: &'static str,
    /// What stands there.
    pub what: String,
    /// Position in characters, from 1.
    pub at: usize,
}

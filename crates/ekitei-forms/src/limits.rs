//! What a definition and an inspection may hold. Each bound is far above a real form and far below harm.

/// Characters of a definition's expression.
pub const MAX_EXPRESSION_CHARS: usize = 20_000;
/// Parentheses, calls and predicates within each other.
pub const MAX_EXPRESSION_NESTING: usize = 60;
/// Levels of an expression's tree.
pub const MAX_EXPRESSION_HEIGHT: usize = 200;
/// Questions, groups and derived questions of one form.
pub const MAX_ITEMS: usize = 30_000;
/// Groups within groups.
pub const MAX_GROUP_DEPTH: usize = 32;
/// Repeats within repeats.
pub const MAX_REPEAT_DEPTH: usize = 6;
/// Instances of all repeats of one inspection together.
pub const MAX_INSTANCES: usize = 20_000;
/// Rows of one list.
pub const MAX_LIST_ROWS: usize = 500_000;
/// Columns of one list.
pub const MAX_LIST_COLUMNS: usize = 64;
/// Bytes of a definition's JSON text.
pub const MAX_DEFINITION_BYTES: usize = 64 << 20;
/// Bytes of one answer's text.
pub const MAX_ANSWER_BYTES: usize = 64 << 10;
/// Characters of a question's id.
pub const MAX_ID_CHARS: usize = 128;
/// Problems that one check reports; the rest is counted.
pub const MAX_PROBLEMS: usize = 500;

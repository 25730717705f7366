//! The functions of forms by name, with how many arguments they take.

/// See [`super::call`] for what each does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    Abs,
    Acos,
    Asin,
    Atan,
    Atan2,
    Boolean,
    BooleanFromString,
    Ceiling,
    Checklist,
    Coalesce,
    Concat,
    Contains,
    Cos,
    Count,
    CountNonEmpty,
    CountSelected,
    Date,
    DateTime,
    DecimalDateTime,
    DecimalTime,
    EndsWith,
    Exp,
    Exp10,
    False,
    Floor,
    FormatDate,
    Int,
    Join,
    Last,
    Log,
    Log10,
    LowerCase,
    Max,
    Min,
    NormalizeSpace,
    Not,
    Now,
    Number,
    Once,
    Pi,
    Position,
    Pow,
    Regex,
    Round,
    Selected,
    SelectedAt,
    Sin,
    Sqrt,
    StartsWith,
    String,
    StringLength,
    Substr,
    Substring,
    SubstringAfter,
    SubstringBefore,
    Sum,
    Tan,
    Today,
    Translate,
    True,
    UpperCase,
    Wareki,
    WeightedChecklist,
}

const MANY: usize = 1_000;

const TABLE: &[(&str, Function, usize, usize)] = &[
    ("abs", Function::Abs, 1, 1),
    ("acos", Function::Acos, 1, 1),
    ("asin", Function::Asin, 1, 1),
    ("atan", Function::Atan, 1, 1),
    ("atan2", Function::Atan2, 2, 2),
    ("boolean", Function::Boolean, 1, 1),
    ("boolean-from-string", Function::BooleanFromString, 1, 1),
    ("ceiling", Function::Ceiling, 1, 1),
    ("checklist", Function::Checklist, 3, MANY),
    ("coalesce", Function::Coalesce, 1, MANY),
    ("concat", Function::Concat, 1, MANY),
    ("contains", Function::Contains, 2, 2),
    ("cos", Function::Cos, 1, 1),
    ("count", Function::Count, 1, 1),
    ("count-non-empty", Function::CountNonEmpty, 1, 1),
    ("count-selected", Function::CountSelected, 1, 1),
    ("date", Function::Date, 1, 1),
    ("date-time", Function::DateTime, 1, 1),
    ("decimal-date-time", Function::DecimalDateTime, 1, 1),
    ("decimal-time", Function::DecimalTime, 1, 1),
    ("ends-with", Function::EndsWith, 2, 2),
    ("exp", Function::Exp, 1, 1),
    ("exp10", Function::Exp10, 1, 1),
    ("false", Function::False, 0, 0),
    ("floor", Function::Floor, 1, 1),
    ("format-date", Function::FormatDate, 2, 2),
    ("format-date-time", Function::FormatDate, 2, 2),
    ("int", Function::Int, 1, 1),
    ("join", Function::Join, 1, MANY),
    ("last", Function::Last, 0, 0),
    ("log", Function::Log, 1, 1),
    ("log10", Function::Log10, 1, 1),
    ("lower-case", Function::LowerCase, 1, 1),
    ("max", Function::Max, 1, MANY),
    ("min", Function::Min, 1, MANY),
    ("normalize-space", Function::NormalizeSpace, 0, 1),
    ("not", Function::Not, 1, 1),
    ("now", Function::Now, 0, 0),
    ("number", Function::Number, 0, 1),
    ("once", Function::Once, 1, 1),
    ("pi", Function::Pi, 0, 0),
    ("position", Function::Position, 0, 0),
    ("pow", Function::Pow, 2, 2),
    ("regex", Function::Regex, 2, 2),
    ("round", Function::Round, 1, 2),
    ("selected", Function::Selected, 2, 2),
    ("selected-at", Function::SelectedAt, 2, 2),
    ("sin", Function::Sin, 1, 1),
    ("sqrt", Function::Sqrt, 1, 1),
    ("starts-with", Function::StartsWith, 2, 2),
    ("string", Function::String, 0, 1),
    ("string-length", Function::StringLength, 0, 1),
    ("substr", Function::Substr, 2, 3),
    ("substring", Function::Substring, 2, 3),
    ("substring-after", Function::SubstringAfter, 2, 2),
    ("substring-before", Function::SubstringBefore, 2, 2),
    ("sum", Function::Sum, 1, 1),
    ("tan", Function::Tan, 1, 1),
    ("today", Function::Today, 0, 0),
    ("translate", Function::Translate, 3, 3),
    ("true", Function::True, 0, 0),
    ("upper-case", Function::UpperCase, 1, 1),
    ("wareki", Function::Wareki, 1, 1),
    ("weighted-checklist", Function::WeightedChecklist, 4, MANY),
];

impl Function {
    /// With the fewest and the most arguments.
    pub fn named(name: &str) -> Option<(Self, usize, usize)> {
        TABLE.binary_search_by(|row| row.0.cmp(name)).ok().map(|at| (TABLE[at].1, TABLE[at].2, TABLE[at].3))
    }

    /// The arguments must be node-sets.
    pub fn wants_nodes(self) -> bool {
        matches!(self, Self::Count | Self::CountNonEmpty | Self::Sum)
    }

    /// Depends on the place among candidates, or on the node itself.
    pub fn reads_position(self) -> bool {
        matches!(self, Self::Position | Self::Last)
    }

    /// Without an argument it means the question itself.
    pub fn means_itself(self) -> bool {
        matches!(self, Self::NormalizeSpace | Self::Number | Self::String | Self::StringLength)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order() {
        assert!(TABLE.windows(2).all(|w| w[0].0 < w[1].0));
        assert_eq!(Function::named("substr").map(|f| f.0), Some(Function::Substr));
        assert_eq!(Function::named("system"), None);
    }
}

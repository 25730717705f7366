//! How definitions are read: field by field from any map, what is unknown is kept. Written out by a macro because serde's
//! own `flatten` buffers and would be a tenth of the engine in a browser.

use crate::def::{Choice, DraftPart, FormDef, Item, Rule};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use std::fmt;

/// A field's name: one of those asked for, or the text that stands there.
enum Name {
    Known(usize),
    Other(String),
}

struct Names(&'static [&'static str]);

impl<'de> DeserializeSeed<'de> for Names {
    type Value = Name;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Name, D::Error> {
        d.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Names {
    type Value = Name;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field")
    }
    fn visit_str<E>(self, text: &str) -> Result<Name, E> {
        let known = self.0.iter().position(|name| *name == text);
        Ok(known.map_or_else(|| Name::Other(text.to_owned()), Name::Known))
    }
}

macro_rules! fields {
    ($type:ident, $rest:ident, $($name:literal $field:ident),+) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                struct Read;
                impl<'de> Visitor<'de> for Read {
                    type Value = $type;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str("fields in braces")
                    }
                    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<$type, A::Error> {
                        const NAMES: &[&str] = &[$($name),+];
                        let mut read = $type::default();
                        while let Some(name) = map.next_key_seed(Names(NAMES))? {
                            let name = match name {
                                Name::Known(at) => NAMES[at],
                                Name::Other(name) => {
                                    read.$rest.insert(name, map.next_value()?);
                                    continue;
                                }
                            };
                            match name {
                                $($name => read.$field = map.next_value()?,)+
                                _ => return Err(A::Error::custom("a name without a field")),
                            }
                        }
                        Ok(read)
                    }
                }
                d.deserialize_map(Read)
            }
        }
    };
}

fields!(FormDef, extra, "id" id, "version" version, "title" title, "description" description, "items" items,
    "lists" lists, "report" report);

fields!(Item, extra, "id" id, "type" kind, "label" label, "name" name, "hint" hint, "unit" unit,
    "appearance" appearance, "relevant" relevant, "required" required, "required_message" required_message,
    "constraint" constraint, "constraint_message" constraint_message, "calculate" calculate, "default" default,
    "default_expression" default_expression, "read_only" read_only, "min" min, "max" max, "max_length" max_length,
    "max_count" max_count, "choices" choices, "list" list, "choice_filter" choice_filter, "scale" scale,
    "fail_needs_photo" fail_needs_photo, "fail_needs_finding" fail_needs_finding, "rest_conform" rest_conform,
    "phrases" phrases, "from_last" from_last, "meta" meta, "draft" draft, "repeat_count" repeat_count,
    "instance_label" instance_label, "items" items);

fields!(Choice, columns, "value" value, "label" label);

fields!(DraftPart, extra, "when" when, "each" each, "text" text, "none" none);

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Read;
        impl Visitor<'_> for Read {
            type Value = Rule;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true, false or an expression")
            }
            fn visit_bool<E>(self, always: bool) -> Result<Rule, E> {
                Ok(Rule::Always(always))
            }
            fn visit_str<E>(self, expression: &str) -> Result<Rule, E> {
                Ok(Rule::When(expression.to_owned()))
            }
        }
        d.deserialize_any(Read)
    }
}

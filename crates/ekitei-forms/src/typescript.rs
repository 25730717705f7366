//! The TypeScript of definitions, calls and views, `ui/shared/src/gen/forms/types.ts`.

use crate::def::FormDef;
use crate::facade::{Call, Changed, Reply};
use crate::finish::AnswerRow;
use crate::problem::Problem;
use crate::session::Opening;
use std::collections::BTreeMap;
use ts_rs::{Config, TS, TypeVisitor};

const HEAD: &str = "// Generated from crates/ekitei-forms by `cargo run -p ekitei-forms --example export_forms_ts`; do not edit.\n";

/// Every named type that is reached, by name.
struct Declarations<'a> {
    config: &'a Config,
    found: BTreeMap<String, String>,
}

impl TypeVisitor for Declarations<'_> {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        // Wrappers (Vec, Option) have no declaration of their own; what they wrap may have.
        T::visit_generics(self);
        if T::output_path().is_none() {
            return;
        }
        let name = T::ident(self.config);
        if self.found.contains_key(&name) {
            return;
        }
        let docs = T::docs().unwrap_or_default();
        self.found.insert(name, format!("{docs}export {}\n", T::decl(self.config)));
        T::visit_dependencies(self);
    }
}

/// All types as the text of one file.
pub fn typescript() -> String {
    let config = Config::new().with_large_int("number");
    let mut all = Declarations { config: &config, found: BTreeMap::new() };
    all.visit::<FormDef>();
    all.visit::<Problem>();
    all.visit::<Opening>();
    all.visit::<Call>();
    all.visit::<Reply>();
    all.visit::<Changed>();
    all.visit::<AnswerRow>();
    all.visit::<ekitei_model::Fault>();
    let mut out = String::from(HEAD);
    for declaration in all.found.values() {
        out.push('\n');
        out.push_str(declaration);
    }
    out
}

//! The one TypeScript file of the bridge, `ui/shared/src/gen/bridge.ts`.

use super::{Event, calls_interface, visit_types};
use std::collections::BTreeMap;
use ts_rs::{Config, TS, TypeVisitor};

const HEAD: &str = "// Generated from crates/ekitei-core/src/bridge by `cargo run -p ekitei-core --example export_ts`; do not edit.\n";

/// Every named type that a call reaches, by name.
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

/// All types of the bridge and the interface `Calls`, as the text of one file.
pub fn typescript() -> String {
    let config = Config::new().with_large_int("number");
    let mut all = Declarations { config: &config, found: BTreeMap::new() };
    visit_types(&mut all);
    all.visit::<Event>();
    let mut out = String::from(HEAD);
    for declaration in all.found.values() {
        out.push('\n');
        out.push_str(declaration);
    }
    out.push_str("\n/** What the core answers to: name → arguments and reply. */\n");
    out.push_str(&calls_interface(&config));
    out
}

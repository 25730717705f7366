//! The form engine for the console's preview, as WebAssembly: texts go in, texts come out.
//!
//! Lives here: nothing but the way through. May not live here: any rule. Built into `ui/shared/src/gen/forms` by
//! `cargo xtask gen`; called by the console, and by the phone's screens where no core is.

use ekitei_forms::facade;
use wasm_bindgen::prelude::wasm_bindgen;

/// An open form. The texts are those of `ekitei_forms::facade`.
#[wasm_bindgen]
pub struct OpenForm(facade::OpenForm);

#[wasm_bindgen]
impl OpenForm {
    /// `definition`: FormDef; `opening`: Opening. Throws the fault's JSON as a text.
    #[wasm_bindgen(constructor)]
    pub fn new(definition: &str, opening: &str) -> Result<OpenForm, String> {
        let open = facade::OpenForm::open_json(definition, opening);
        open.map(Self).map_err(|fault| serde_json::to_string(&fault).unwrap_or(fault.code))
    }

    /// What opening put in by itself: `Changed`, to store before the first call.
    pub fn begun(&mut self) -> String {
        serde_json::to_string(&self.0.begun()).unwrap_or_default()
    }

    /// `{"call": …}` → `{"ok": {"reply": …}}` or `{"err": Fault}`.
    pub fn call(&mut self, call: &str) -> String {
        self.0.call_json(call)
    }
}

/// All that is wrong with a definition: `{"ok": {"items": n}}` or `{"problems": […]}`.
#[wasm_bindgen]
pub fn check(definition: &str) -> String {
    facade::check_json(definition)
}

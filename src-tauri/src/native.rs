//! What the phone tells by itself: facts go to the core, everything else to the screens as the event `native`.

use ekitei_core::Core;
use ekitei_core::bridge::Surface;
use ekitei_core::bridge::args::Nothing;
use ekitei_core::facts::DeviceFacts;
use ekitei_model::Fault;
use ekitei_native::{Native, Told};
use std::sync::Arc;
use tauri::{AppHandle, Emitter, Manager, Runtime};

/// Called on a thread that may block.
pub fn told<R: Runtime>(app: &AppHandle<R>, told: Told) {
    match &told {
        Told::Facts => facts(app),
        Told::Mdm => managed(app),
        Told::Lock => {
            if let Some(core) = app.try_state::<Arc<Core>>()
                && let Err(fault) = core.lock(Nothing {})
            {
                eprintln!("ekitei: not locked: {fault}");
            }
        }
        _ => {}
    }
    // A closed window needs no word.
    let _ = app.emit("native", told);
}

/// Before the first screen asks.
pub fn first_facts<R: Runtime>(app: &AppHandle<R>) {
    let app = app.clone();
    tauri::async_runtime::spawn_blocking(move || {
        managed(&app);
        facts(&app);
    });
}

/// What the MDM set is the core's to keep to; until the phone tells, what it told last counts.
fn managed<R: Runtime>(app: &AppHandle<R>) {
    let (Some(core), Some(native)) = (app.try_state::<Arc<Core>>(), app.try_state::<Native<R>>()) else {
        return;
    };
    let Ok(Some(said)) = native.managed() else { return };
    let kept = serde_json::from_value(said)
        .map_err(|e| Fault::ask("internal").with("detail", e))
        .and_then(|managed| core.set_managed(managed));
    if let Err(fault) = kept {
        eprintln!("ekitei: the managed configuration is not used: {fault}");
    }
}

fn facts<R: Runtime>(app: &AppHandle<R>) {
    let (Some(core), Some(native)) = (app.try_state::<Arc<Core>>(), app.try_state::<Native<R>>()) else {
        return;
    };
    // A phone that does not tell leaves the facts unknown, which is what they are.
    let facts = native.facts().ok().and_then(|facts| serde_json::from_value::<DeviceFacts>(facts).ok());
    core.set_facts(facts.unwrap_or_default());
}

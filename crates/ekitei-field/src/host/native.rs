//! A browser that plays a phone: what the native half would answer, told beforehand by whoever plays (`PUT /native`) and marked
//! `stand_in` in every answer. Screens that only a phone shows can so be looked at. Photos are ready shots; a finger is always the
//! right one, and the development key store keeps what it opens.

use super::Host;
use super::answer::{Answer, blocking};
use super::inbox::ready_names;
use axum::Json;
use axum::extract::{Path, State};
use ekitei_core::Core;
use ekitei_core::managed::Managed;
use ekitei_model::Fault;
use ekitei_seal::{DeviceKeystore, FileKeystore};
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

const PURPOSE: &str = "biometrics";

/// What the played phone has granted, and whether it has a finger on file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Played {
    /// `[{what, granted, settings}]`, as the native half names them.
    grants: Vec<Value>,
    /// `ready` | `none_enrolled` | `none`
    biometrics: String,
    /// Which settings screens open.
    opened: String,
    #[serde(skip)]
    on_duty: bool,
    /// How often the camera was opened.
    #[serde(skip)]
    shots: usize,
}

#[derive(Clone)]
pub struct Shared {
    played: Arc<Mutex<Played>>,
    keystore: Arc<FileKeystore>,
}

impl Shared {
    pub fn new(keystore: FileKeystore) -> Self {
        Self { played: Arc::default(), keystore: Arc::new(keystore) }
    }

    fn played<T>(&self, f: impl FnOnce(&mut Played) -> T) -> T {
        f(&mut self.played.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

pub async fn play(State(host): State<Host>, Json(played): Json<Played>) -> Answer {
    host.native.played(|now| *now = played);
    Answer::of(Ok(json!({})))
}

/// What an MDM would set.
pub async fn manage(State(host): State<Host>, Json(managed): Json<Managed>) -> Answer {
    Answer::of(blocking(move || host.core.set_managed(managed).map(|()| json!({}))).await)
}

pub async fn ask(State(host): State<Host>, Path(command): Path<String>, Json(args): Json<Value>) -> Answer {
    Answer(blocking(move || answer(&host, &command, &args).map(marked)).await)
}

fn marked(mut answer: Value) -> Value {
    if let Some(fields) = answer.as_object_mut() {
        fields.insert("stand_in".to_owned(), json!(true));
    }
    answer
}

fn answer(host: &Host, command: &str, args: &Value) -> Result<Value, Fault> {
    let text = |name: &str| args[name].as_str().unwrap_or_default();
    let (native, core) = (&host.native, &host.core);
    let status = |status| serde_json::to_value(status).map_err(|e| Fault::ask("internal").with("detail", e));
    match command {
        "grants" => Ok(json!({ "grants": native.played(|p| p.grants.clone()) })),
        "keystore_status" => Ok(json!({ "biometrics": native.played(|p| p.biometrics.clone()) })),
        "duty" => {
            let running = native.played(|p| {
                p.on_duty = args["on"].as_bool().unwrap_or(p.on_duty);
                p.on_duty
            });
            Ok(json!({ "running": running }))
        }
        "settings_open" => {
            let opened = native.played(|p| p.opened.clone());
            Ok(json!({ "opened": if opened.is_empty() { "none".to_owned() } else { opened } }))
        }
        "dial" => Ok(json!({ "opened": "none" })),
        "auto_lock" | "keystore_confirm" | "shutter" => Ok(json!({})),
        "pick" | "share_take" => Ok(json!({ "taken": [], "refused": [] })),
        "capture" => capture(host, args["names"].as_array().map(Vec::as_slice).unwrap_or_default()),
        "biometrics_set" => {
            present(native)?;
            status(core.set_biometrics(text("pin"), |key| Ok(native.keystore.wrap(PURPOSE, key)?))?)
        }
        "biometrics_unlock" => {
            present(native)?;
            status(core.unlock_with_biometrics(|sealed| Ok(native.keystore.unwrap(PURPOSE, sealed)?))?)
        }
        "biometrics_forget" => status(core.forget_biometrics()?),
        _ => Err(Fault::ask("native-failed").with("detail", command)),
    }
}

fn present(native: &Shared) -> Result<(), Fault> {
    let ready = native.played(|p| p.biometrics == "ready");
    if ready { Ok(()) } else { Err(Fault::ask("biometrics-none")) }
}

/// One shot for the first of `names`; the next time the person goes back from the camera.
fn capture(host: &Host, names: &[Value]) -> Result<Value, Fault> {
    let folder: Option<&PathBuf> = host.ready_shots.as_deref();
    let shots = ready_names(folder)?;
    let names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
    let (Some(folder), Some(name), false) = (folder, names.first(), shots.is_empty()) else {
        return Err(Fault::ask("camera-missing"));
    };
    let at = host.native.played(|p| {
        p.shots += 1;
        p.shots
    });
    if at.is_multiple_of(2) {
        return Ok(json!({ "taken": [], "unused": names }));
    }
    let taken = place(&host.core, name, &folder.join(&shots[at / 2 % shots.len()]))?;
    Ok(json!({ "taken": [taken], "unused": names[1..] }))
}

fn place(core: &Core, name: &str, shot: &std::path::Path) -> Result<String, Fault> {
    let incoming = core.incoming(name)?;
    std::fs::copy(shot, incoming.path()).map_err(|e| Fault::ask("file-io").with("detail", e))?;
    core.accept(incoming)
}

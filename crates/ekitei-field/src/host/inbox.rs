//! Raw bytes into the app's inbox: what the camera does on a phone, the browser does by PUT, or a ready shot by copy.

use super::Host;
use super::answer::{Answer, blocking};
use axum::body::Body;
use axum::extract::{Path, State};
use ekitei_core::{Core, Incoming, MAX_FILE_BYTES};
use ekitei_model::Fault;
use futures_util::StreamExt;
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::io::AsyncWriteExt;

pub async fn put(State(host): State<Host>, Path(name): Path<String>, body: Body) -> Answer {
    Answer::of(receive(host, name, body).await.map(|name| json!({ "name": name })))
}

async fn receive(host: Host, name: String, body: Body) -> Result<String, Fault> {
    let core = Arc::clone(&host.core);
    let incoming = blocking(move || core.incoming(&name)).await?;
    // An upload that breaks off leaves nothing behind: `Incoming` removes its file unless it is accepted.
    fill(&incoming, body).await?;
    blocking(move || host.core.accept(incoming)).await
}

async fn fill(incoming: &Incoming, body: Body) -> Result<(), Fault> {
    let failed = |e: std::io::Error| Fault::ask("file-io").with("detail", e);
    let mut file = tokio::fs::File::create(incoming.path()).await.map_err(failed)?;
    let mut bytes = body.into_data_stream();
    let mut total: u64 = 0;
    while let Some(piece) = bytes.next().await {
        let piece = piece.map_err(|e| Fault::retry("inbox-broken-off").with("detail", e))?;
        total += piece.len() as u64;
        if total > MAX_FILE_BYTES {
            let size_mb = total.div_ceil(1_000_000);
            return Err(Fault::ask("photo-file-large")
                .with("size_mb", size_mb)
                .with("limit_mb", MAX_FILE_BYTES >> 20));
        }
        file.write_all(&piece).await.map_err(failed)?;
    }
    file.flush().await.map_err(failed)
}

pub async fn ready_shots(State(host): State<Host>) -> Answer {
    Answer::of(blocking(move || ready_names(host.ready_shots.as_deref())).await)
}

pub fn ready_names(folder: Option<&PathBuf>) -> Result<Vec<String>, Fault> {
    let Some(folder) = folder else { return Ok(Vec::new()) };
    let entries = std::fs::read_dir(folder).map_err(|e| Fault::ask("file-missing").with("detail", e))?;
    let mut names: Vec<String> = entries
        .filter_map(|e| e.ok().filter(|e| e.path().is_file())?.file_name().into_string().ok())
        .filter(|n| {
            [".jpg", ".jpeg", ".png", ".webp"].iter().any(|end| n.to_ascii_lowercase().ends_with(end))
        })
        .collect();
    names.sort();
    Ok(names)
}

pub async fn take_ready_shot(State(host): State<Host>, Path(name): Path<String>) -> Answer {
    Answer::of(blocking(move || take(&host.core, host.ready_shots.as_deref(), &name)).await)
}

fn take(core: &Core, folder: Option<&PathBuf>, name: &str) -> Result<serde_json::Value, Fault> {
    // Only a listed name: no path ever comes from outside.
    let missing = || Fault::ask("file-missing");
    let folder = folder.ok_or_else(missing)?;
    if !ready_names(Some(folder))?.iter().any(|n| n == name) {
        return Err(missing());
    }
    Ok(json!({ "name": core.copy_in(&folder.join(name))? }))
}

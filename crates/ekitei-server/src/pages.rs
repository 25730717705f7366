//! The console's pages: from `--console DIR`, else the ones built into the program, else a page that says what to do.

use crate::app::Shared;
use crate::fault::{Answer, Refused};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use ekitei_model::Fault;
use ekitei_model::text::{Language, text};
use std::path::{Component, Path, PathBuf};

static BUILT_IN: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/console.rs"));
const INDEX: &str = "index.html";

/// Any path that no route has: a file of the console, or its start page (the console finds its own way by the path).
pub async fn page(
    State(app): State<Shared>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Answer<Response> {
    let path = uri.path().trim_start_matches('/');
    if path.starts_with("api/") || path.starts_with("v1/") || !clean(path) {
        return Err(Refused::not_found());
    }
    if method != Method::GET && method != Method::HEAD {
        return Err(Refused::new(StatusCode::METHOD_NOT_ALLOWED, Fault::ask("method-unknown")));
    }
    if let Some(found) = read(app.config.console.as_deref(), path).await {
        return Ok(file(path, found));
    }
    // The address itself is the console, whatever asks. Below it, a missing script must not become a page.
    let takes_page = |a: &HeaderValue| {
        a.to_str().is_ok_and(|a| path.is_empty() || a.contains("text/html") || a.contains("*/*"))
    };
    let wants_page = headers.get(header::ACCEPT).is_none_or(takes_page);
    if path.contains('.') || !wants_page {
        return Err(Refused::not_found());
    }
    match read(app.config.console.as_deref(), INDEX).await {
        Some(found) => Ok(file(INDEX, found)),
        None => Ok((StatusCode::SERVICE_UNAVAILABLE, Html(not_built())).into_response()),
    }
}

/// No way out of the folder, no hidden files.
fn clean(path: &str) -> bool {
    Path::new(path)
        .components()
        .all(|c| matches!(c, Component::Normal(n) if !n.to_string_lossy().starts_with('.')))
        && !path.contains(['\\', '\0', '%'])
}

async fn read(folder: Option<&Path>, path: &str) -> Option<Vec<u8>> {
    match folder {
        Some(folder) => {
            let file: PathBuf = folder.join(path);
            tokio::fs::read(file).await.ok()
        }
        None => BUILT_IN.iter().find(|(name, _)| *name == path).map(|(_, bytes)| bytes.to_vec()),
    }
}

fn file(path: &str, bytes: Vec<u8>) -> Response {
    // Built assets carry their hash in the name.
    let cache = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type(path))),
        (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
    ];
    (headers, bytes).into_response()
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, ext)| ext) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/vnd.microsoft.icon",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

fn not_built() -> String {
    let say = |key| [Language::Japanese, Language::English].map(|l| text(l, key, []));
    let ([title, _], [ja, en]) = (say("console.not-built-title"), say("console.not-built"));
    format!(
        "<!doctype html><html lang=\"ja\"><meta charset=\"utf-8\"><title>{title}</title>\
         <h1>{title}</h1><p>{ja}</p><p lang=\"en\">{en}</p></html>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leads_out_of_the_folder() {
        for bad in ["../x", "a/../../x", ".git/config", "a/.env", "a\\b", "..%2f", "/etc/passwd"] {
            assert!(!clean(bad), "{bad}");
        }
        for good in ["", "index.html", "assets/a-b_c.js", "cases/018f"] {
            assert!(clean(good), "{good}");
        }
    }
}

//! A person at the console, by the API that its pages use.

use crate::web::{self, Done};
use reqwest::{Client, header};
use serde_json::{Value, json};

/// Of every console account of demonstration and tests. Invented.
pub const PASSWORD: &str = "ekitei-demo-2026";

pub struct Desk {
    http: Client,
    url: String,
    /// `name=secret`
    cookie: String,
}

impl Desk {
    pub async fn sign_in(http: &Client, url: &str, staff: &str) -> Done<Self> {
        let sent = http
            .post(format!("{url}/api/session"))
            .header(header::ORIGIN, url)
            .json(&json!({ "staff": staff, "password": PASSWORD }))
            .send()
            .await
            .and_then(reqwest::Response::error_for_status);
        let answer = sent.map_err(|e| format!("sign-in of {staff}: {e}"))?;
        let set = answer.headers().get(header::SET_COOKIE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let cookie = set.split(';').next().unwrap_or_default().to_owned();
        if cookie.is_empty() {
            return Err(format!("sign-in of {staff}: no session"));
        }
        Ok(Self { http: http.clone(), url: url.to_owned(), cookie })
    }

    /// The session, as a browser keeps it.
    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    pub async fn get(&self, path: &str) -> Done<Value> {
        let request = self.http.get(format!("{}{path}", self.url)).header(header::COOKIE, &self.cookie);
        web::json(path, request.send().await).await
    }

    pub async fn bytes(&self, path: &str) -> Done<Vec<u8>> {
        let request = self.http.get(format!("{}{path}", self.url)).header(header::COOKIE, &self.cookie);
        let answer = request.send().await.and_then(reqwest::Response::error_for_status);
        let bytes = answer.map_err(|e| format!("{path}: {e}"))?.bytes().await;
        Ok(bytes.map_err(|e| format!("{path}: {e}"))?.to_vec())
    }

    pub async fn post(&self, path: &str, body: &Value) -> Done<Value> {
        let request = self.http.post(format!("{}{path}", self.url)).header(header::ORIGIN, &self.url);
        web::json(path, request.header(header::COOKIE, &self.cookie).json(body).send().await).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Done<Value> {
        let request = self.http.put(format!("{}{path}", self.url)).header(header::ORIGIN, &self.url);
        web::json(path, request.header(header::COOKIE, &self.cookie).json(body).send().await).await
    }

    /// The section's own sheet becomes a form, published to the section; its id, as visits name it.
    pub async fn publish_sheet(&self, section: &str, name: &str, bytes: Vec<u8>) -> Done<String> {
        let url =
            web::url(&format!("{}/api/forms/sheet", self.url), &[("section", section), ("name", name)])?;
        let request =
            self.http.post(url).header(header::ORIGIN, &self.url).header(header::COOKIE, &self.cookie);
        let request = request.header(header::CONTENT_TYPE, "application/octet-stream").body(bytes);
        let made = web::json(name, request.send().await).await?;
        let id = made["form"]["id"].as_str().ok_or_else(|| format!("{name}: {made}"))?.to_owned();
        self.post(&format!("/api/forms/{id}/publish"), &json!({ "targets": [section] })).await?;
        Ok(id)
    }

    /// The record's id of the case with this number.
    pub async fn case(&self, number: &str) -> Done<String> {
        let rows = self.get("/api/cases").await?;
        let row = rows.as_array().into_iter().flatten().find(|c| c["number"] == number);
        row.and_then(|c| c["id"].as_str())
            .map(str::to_owned)
            .ok_or_else(|| format!("no case {number} at the desk"))
    }

    /// `planned_at`: `2026-11-21T13:30:00+09:00`.
    pub async fn plan_visit(
        &self,
        case: &str,
        title: &str,
        people: &[&str],
        forms: &[&str],
        planned_at: &str,
        state: &str,
    ) -> Done<()> {
        let fields = json!({
            "title": title, "people": people, "forms": forms, "planned_at": planned_at, "state": state
        });
        let done = self.post(&format!("/api/cases/{case}/visits"), &json!({ "fields": fields })).await?;
        if done["result"] == "applied" { Ok(()) } else { Err(format!("visit {title}: {done}")) }
    }
}

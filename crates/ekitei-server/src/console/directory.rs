//! The directory 連絡帳: found by any part of it, and replaced by lists of the bureaus after a look at the difference.

use super::guard::User;
use super::views::*;
use crate::app::{App, Shared};
use crate::fault::{Answer, Refused};
use crate::hex;
use crate::import::difference::{self, Difference};
use crate::import::parse_staff;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use ekitei_model::fold;
use ekitei_model::people::Staff;
use ekitei_server_db::StaffFilter;
use serde::Deserialize;
use std::collections::BTreeSet;
use utoipa::IntoParams;

/// A list at most: 60,000 people are 6 MB.
pub const CSV_BYTES: usize = 30 << 20;
const MAX_PEOPLE: usize = 200;
/// Of each sort in a preview.
const SHOWN: usize = 200;
const MAX_FAULTS: usize = 200;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DirectoryQuery {
    /// Part of name, reading, number, section, extension or mobile number.
    q: Option<String>,
    /// First part of the section's path.
    bureau: Option<String>,
    #[serde(default)]
    from: usize,
}

/// People who hold a post today, in the order of their readings, at most 200.
#[utoipa::path(get, path = "/api/directory", tag = "people", params(DirectoryQuery), responses((status = 200, body = DirectoryView)))]
pub async fn list(
    State(app): State<Shared>,
    user: User,
    Query(query): Query<DirectoryQuery>,
) -> Answer<Json<DirectoryView>> {
    let all = app.storage.staff_list(&StaffFilter::default()).await?;
    let today = user.caller.today;
    let work = tokio::task::spawn_blocking(move || found(&all, &query, &today));
    Ok(Json(work.await.map_err(|e| Refused::unavailable(&e))?))
}

fn found(all: &[Staff], query: &DirectoryQuery, today: &str) -> DirectoryView {
    let wanted = query.q.as_deref().map(fold::fold).unwrap_or_default();
    let bureau = query.bureau.as_deref().filter(|b| !b.is_empty());
    let (mut bureaus, mut total, mut people) = (BTreeSet::new(), 0, Vec::new());
    for person in all {
        let held: Vec<_> = person.posts.iter().filter(|p| p.held_on(today)).collect();
        bureaus.extend(held.iter().map(|p| difference::bureau(&p.section)));
        let here = !held.is_empty()
            && bureau.is_none_or(|b| held.iter().any(|p| difference::bureau(&p.section) == b));
        if here && matches(person, &wanted) {
            if total >= query.from && people.len() < MAX_PEOPLE {
                people.push(PersonView::new(person, today));
            }
            total += 1;
        }
    }
    DirectoryView { total: total as u64, people, bureaus: bureaus.into_iter().map(str::to_owned).collect() }
}

/// `wanted` is folded; numbers are found with and without their hyphens.
fn matches(person: &Staff, wanted: &str) -> bool {
    let has = |text: &str| fold::fold(text).contains(wanted);
    let bare = |text: &str| text.replace('-', "").contains(wanted);
    wanted.is_empty()
        || [person.id.as_str(), &person.name, &person.kana].into_iter().any(has)
        || [&person.extension, &person.mobile].into_iter().any(|n| has(n) || bare(n))
        || person.posts.iter().any(|p| has(&p.section))
}

/// What the list (CSV: the body) would change. Nothing is changed. Administrators only.
#[utoipa::path(post, path = "/api/directory/preview", tag = "people",
    request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = ImportPreview), (status = 403, body = FaultView)))]
pub async fn preview(State(app): State<Shared>, user: User, body: Bytes) -> Answer<Json<ImportPreview>> {
    match compared(&app, &user, body).await? {
        Ok((_, found)) => Ok(Json(shown(&found)?)),
        Err(faults) => Ok(Json(ImportPreview { faults, ..ImportPreview::default() })),
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// Of the preview: what is done is what was shown.
    digest: String,
    /// End the posts of those who left.
    #[serde(default)]
    end_left: bool,
}

/// Takes the list that was looked at (CSV: the body). Administrators only.
#[utoipa::path(post, path = "/api/directory/import", tag = "people", params(ImportQuery),
    request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = DirectoryImported), (status = 403, body = FaultView),
        (status = 409, body = FaultView, description = "`import-changed`: not what the preview showed")))]
pub async fn import(
    State(app): State<Shared>,
    user: User,
    Query(query): Query<ImportQuery>,
    body: Bytes,
) -> Answer<Json<DirectoryImported>> {
    let (mut list, found) =
        compared(&app, &user, body).await?.map_err(|_| Refused::conflict("import-changed"))?;
    if digest(&found)? != query.digest {
        return Err(Refused::conflict("import-changed"));
    }
    let left = if query.end_left { &found.left[..] } else { &[] };
    list.extend(left.iter().map(|s| difference::ended(s, &user.caller.today)));
    let done = app.storage.import_staff(list, app.now_ms()).await?;
    app.hint(&done.touched, false);
    tracing::info!(added = done.added, changed = done.changed, by = %user.caller.device, "directory imported");
    Ok(Json(DirectoryImported {
        added: done.added,
        changed: found.changed.len() as u64,
        left: left.len() as u64,
        unchanged: found.unchanged,
    }))
}

type Compared = Result<(Vec<Staff>, Difference), Vec<LineFault>>;

async fn compared(app: &App, user: &User, body: Bytes) -> Answer<Compared> {
    if !user.staff.is_admin(&user.caller.today) {
        return Err(Refused::forbidden("not-allowed"));
    }
    let known = app.storage.staff_list(&StaffFilter::default()).await?;
    let today = user.caller.today.clone();
    let work = tokio::task::spawn_blocking(move || match parse_staff(&body) {
        Ok(list) => {
            let found = difference::difference(&known, &list, &today);
            Ok((list, found))
        }
        Err(faults) => Err(faults.into_iter().take(MAX_FAULTS).map(LineFault::from).collect()),
    });
    work.await.map_err(|e| Refused::unavailable(&e))
}

fn digest(found: &Difference) -> Answer<String> {
    let text = serde_json::to_vec(found).map_err(|e| Refused::unavailable(&e))?;
    Ok(hex::sha256(&text))
}

fn shown(found: &Difference) -> Answer<ImportPreview> {
    let bureaus = found.bureaus.iter().map(|(bureau, t)| BureauTally {
        bureau: bureau.clone(),
        added: t.added,
        changed: t.changed,
        left: t.left,
        unchanged: t.unchanged,
    });
    Ok(ImportPreview {
        digest: digest(found)?,
        faults: Vec::new(),
        bureaus: bureaus.collect(),
        added: found.added.iter().take(SHOWN).map(listed).collect(),
        changed: found.changed.iter().take(SHOWN).map(changed).collect(),
        left: found.left.iter().take(SHOWN).map(listed).collect(),
        unchanged: found.unchanged,
    })
}

fn listed(person: &Staff) -> ListedPerson {
    ListedPerson {
        id: person.id.to_string(),
        name: person.name.clone(),
        kana: person.kana.clone(),
        sections: person.posts.iter().map(|p| p.section.clone()).collect(),
        extension: person.extension.clone(),
        mobile: person.mobile.clone(),
    }
}

fn changed(change: &difference::Change) -> ChangedPerson {
    let (before, after) = (&change.before, &change.after);
    let posts = |s: &Staff| {
        let one = |p: &ekitei_model::people::Post| {
            let days = [&p.from, &p.to].map(|d| d.as_deref().unwrap_or(""));
            let when = if days == ["", ""] { String::new() } else { format!(" {}–{}", days[0], days[1]) };
            format!("{} ({}){when}", p.section, role_word(p.role))
        };
        s.posts.iter().map(one).collect::<Vec<_>>().join("、")
    };
    let fields = [
        ("name", before.name.clone(), after.name.clone()),
        ("kana", before.kana.clone(), after.kana.clone()),
        ("posts", posts(before), posts(after)),
        ("extension", before.extension.clone(), after.extension.clone()),
        ("mobile", before.mobile.clone(), after.mobile.clone()),
    ];
    let fields = fields.into_iter().filter(|(_, b, a)| b != a);
    ChangedPerson {
        id: after.id.to_string(),
        name: after.name.clone(),
        fields: fields
            .map(|(field, before, after)| FieldChange { field: field.to_owned(), before, after })
            .collect(),
    }
}

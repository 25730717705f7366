//! Each verb: translate, one call of the core, show.

use crate::cli::{CaseVerb, Cli, Listed, NoteVerb, PhotoVerb, Verb};
use crate::host::{self, HostConfig, PlayedClock};
use crate::{chat, checklist, happening, import, inspection, pin, say, show};
use ekitei_core::bridge::{Surface, args::*, views::StatusView};
use ekitei_core::{Core, Options};
use ekitei_model::{Fault, RecordId};
use ekitei_seal::FileKeystore;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

pub const EXIT_WAITING: u8 = 2;
/// Even without a deadline a command ends.
const SYNC_S: u32 = 3600;

pub fn run(cli: Cli) -> Result<ExitCode, Fault> {
    let serves = matches!(cli.verb, Verb::Serve { .. });
    let clock = Arc::new(PlayedClock::default());
    let core = open(&cli.home, serves, Arc::clone(&clock))?;
    match cli.verb {
        Verb::Enrol { server, code, ca, model } => {
            let (ca_pem, pin) =
                (certificate(ca.as_deref())?, pin::read(&say::sentence("field.new-pin", &[]))?);
            let status = core.enrol(EnrolArgs { server, code, pin: pin.to_string(), ca_pem, model })?;
            enrolled("field.enrolled", status)
        }
        Verb::EnrolAgain { code, server, ca, model } => {
            let ca_pem = certificate(ca.as_deref())?;
            let status = core.enrol_again(EnrolAgainArgs { code, server, ca_pem, model })?;
            enrolled("field.enrolled-again", status)
        }
        Verb::Note(NoteVerb::Add { case, text, title, json }) => note_add(&core, &case, text, title, json),
        Verb::Note(NoteVerb::Import { file, json }) => import::run(&core, &file, json),
        Verb::Photo(PhotoVerb::Add { files, case, caption, json }) => {
            photo_add(&core, &files, case.as_deref(), &caption, json)
        }
        Verb::Case(CaseVerb::Follow { number, json }) => case_follow(&core, number, json),
        Verb::Inspection(verb) => inspection::run(&core, verb),
        Verb::Directory(verb) => happening::directory(&core, verb),
        Verb::Help(verb) => happening::help(&core, &verb),
        Verb::Calendar(verb) => happening::calendar(&core, &verb),
        Verb::Checklist(verb) => checklist::run(&core, verb),
        Verb::Line(verb) => checklist::line(&core, verb),
        Verb::Chat(verb) => chat::run(&core, verb),
        Verb::List { what, json } => list(&core, what, json),
        Verb::Search { query, limit, json } => search(&core, query, limit, json),
        Verb::Lock => lock(&core),
        Verb::Unlock => unlock(&core),
        Verb::Sync { deadline_s, json } => sync(&core, deadline_s, json),
        Verb::Status { json } => status(&core, json),
        Verb::Serve { listen, ui, ready_shots, frame_origin } => {
            let keystore = keystore(&cli.home)?;
            serve(core, HostConfig { listen, ui, ready_shots, frame_origin, keystore, clock })
        }
    }
}

fn keystore(home: &Path) -> Result<FileKeystore, Fault> {
    Ok(FileKeystore::open_or_create(&home.join("device.key"))?)
}

fn open(home: &Path, serves: bool, clock: Arc<PlayedClock>) -> Result<Core, Fault> {
    std::fs::create_dir_all(home).map_err(|e| Fault::ask("home-unusable").with("detail", e))?;
    Core::open(
        home,
        Arc::new(keystore(home)?),
        Options { worker: serves, stay_unlocked: true, auto_lock: serves, clock, ..Options::default() },
    )
}

fn done() -> Result<ExitCode, Fault> {
    Ok(ExitCode::SUCCESS)
}

fn certificate(file: Option<&Path>) -> Result<Option<String>, Fault> {
    let text = file.map(std::fs::read_to_string).transpose();
    text.map_err(|e| Fault::ask("ca-unreadable").with("detail", e))
}

/// Who came in, and what the first sync could not do.
fn enrolled(key: &str, status: StatusView) -> Result<ExitCode, Fault> {
    let name = status.me.map(|m| m.name).unwrap_or_default();
    say::say(key, &[("name", &name), ("device", status.device_id.as_deref().unwrap_or(""))]);
    if let Some(fault) = status.last_fault {
        say::fault(&fault, false);
    }
    done()
}

fn note_add(
    core: &Core,
    number: &str,
    text: String,
    title: Option<String>,
    json: bool,
) -> Result<ExitCode, Fault> {
    let case = core.case_by_number(number)?;
    let note = core.note_add(case, title, text)?;
    if json {
        say::json(&note)?
    } else {
        say::say("field.note-added", &[("case", number)])
    }
    done()
}

fn photo_add(
    core: &Core,
    files: &[std::path::PathBuf],
    number: Option<&str>,
    caption: &str,
    json: bool,
) -> Result<ExitCode, Fault> {
    let case: Option<RecordId> = number.map(|n| core.case_by_number(n)).transpose()?;
    let (mut taken, mut first_fault) = (Vec::new(), None);
    for file in files {
        let shown = file.display().to_string();
        let added = core.copy_in(file).and_then(|name| {
            core.photo_add(PhotoAddArgs {
                names: vec![name],
                case,
                visit: None,
                note: None,
                caption: caption.to_owned(),
                place: None,
            })
        });
        match added {
            Ok(views) => {
                for view in &views {
                    let key = if view.already_there { "field.photo-already" } else { "field.photo-added" };
                    let (width, height) = (view.width.to_string(), view.height.to_string());
                    if !json {
                        say::say(key, &[("file", &shown), ("width", &width), ("height", &height)]);
                    }
                }
                taken.extend(views);
            }
            // One bad file does not keep the others back.
            Err(fault) => {
                eprint!("{shown}: ");
                say::fault(&fault, false);
                first_fault.get_or_insert(fault);
            }
        }
    }
    if json {
        say::json(&taken)?;
    }
    Ok(if first_fault.is_some() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn case_follow(core: &Core, number: String, json: bool) -> Result<ExitCode, Fault> {
    let row = core.case_follow(NumberArgs { number })?;
    if json {
        say::json(&row)?
    } else {
        say::say("field.followed", &[("case", &row.number), ("name", &row.name)])
    }
    done()
}

fn list(core: &Core, what: Listed, json: bool) -> Result<ExitCode, Fault> {
    match what {
        Listed::Cases => show::rows(
            &core.case_list(CaseListArgs { filter: String::new(), followed_only: false })?,
            json,
            show::case,
        ),
        Listed::Visits => show::rows(&core.visit_list()?, json, show::visit),
        Listed::Notes => show::rows(&show::numbered(core, core.note_list()?)?, json, show::note),
        Listed::Photos => show::rows(&show::numbered(core, core.photo_list_all()?)?, json, show::photo),
        Listed::Inspections => show::rows(&inspection::all(core)?, json, inspection::line),
        Listed::Queue => show::rows(&core.queue(Nothing {})?.rows, json, show::queue_row),
        Listed::Conflicts => show::rows(&core.conflicts(Nothing {})?, json, show::conflict),
    }?;
    done()
}

fn search(core: &Core, query: String, limit: u32, json: bool) -> Result<ExitCode, Fault> {
    show::rows(&core.search(SearchArgs { query, limit })?, json, show::hit)?;
    done()
}

fn lock(core: &Core) -> Result<ExitCode, Fault> {
    core.lock(Nothing {})?;
    say::say("field.locked", &[]);
    done()
}

fn unlock(core: &Core) -> Result<ExitCode, Fault> {
    let pin = pin::read(&say::sentence("field.pin", &[]))?.to_string();
    core.unlock(PinArgs { pin })?;
    say::say("field.unlocked", &[]);
    done()
}

fn sync(core: &Core, deadline_s: Option<u32>, json: bool) -> Result<ExitCode, Fault> {
    let view = core.sync_within(deadline_s.unwrap_or(SYNC_S), deadline_s.is_some())?;
    if json {
        say::json(&view)?
    } else {
        show::sync(&view)
    }
    Ok(if view.drained { ExitCode::SUCCESS } else { ExitCode::from(EXIT_WAITING) })
}

fn status(core: &Core, json: bool) -> Result<ExitCode, Fault> {
    let view = core.status(Nothing {})?;
    if json {
        say::json(&view)?
    } else {
        show::status(&view)
    }
    done()
}

fn serve(core: Core, config: HostConfig) -> Result<ExitCode, Fault> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|e| Fault::ask("internal").with("detail", e))?;
    runtime.block_on(host::serve(Arc::new(core), config, |addr| {
        say::line(&format!("listening http://{addr}"))
    }))?;
    done()
}

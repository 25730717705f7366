//! From nothing to a running prefecture, the story, and the end of every child.

use super::cast::Cast;
use super::handset::{Fittings, Handset, line_word};
use super::options::Options;
use super::seed::{self, Sample, Writer};
use super::signals::Signals;
use super::terminal::{self, Terminal, word};
use super::view::{Account, Board, OfficeView, Phase, PhoneView, Say};
use super::work::Work;
use super::{Done, PASSWORD, blocking, happening, pictures, stage, story, table, watch};
use crate::desk::Desk;
use crate::line::Line;
use crate::office::Office;
use crate::web;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::sync::Notify;

const USUAL_PORT: u16 = 8787;
/// As shells say it for Ctrl-C.
const INTERRUPTED: u8 = 130;
/// The story begins without a viewer after this.
const OVERTURE: Duration = Duration::from_secs(20);
/// Shown at the console's sign-in: (number, key of the role).
const SHOWN_ACCOUNTS: [(&str, &str); 3] =
    [("s002", "role.head"), ("s007", "role.welfare"), ("admin", "role.admin")];

/// The whole run; the exit code.
pub async fn run(options: Options) -> ExitCode {
    let mut signals = match Signals::listen() {
        Ok(signals) => signals,
        Err(error) => {
            eprintln!("{}", terminal::sentence(&Say::new("failed").with("error", &error)));
            return ExitCode::FAILURE;
        }
    };
    let (board, terminal) = (Board::new(), Arc::new(Terminal::new()));
    let speaking = Arc::clone(&terminal);
    let reassuring = tokio::spawn(async move { speaking.reassure().await });
    let stop = Arc::new(AtomicBool::new(false));
    // Ended by hand is the usual end, but not of a story that a program waits for.
    let stopped = if options.once { ExitCode::from(INTERRUPTED) } else { ExitCode::SUCCESS };
    let code = match prepare_or_stop(&options, &board, &terminal, &stop, &mut signals).await {
        Ok(cast) => {
            let code = tokio::select! {
                code = perform(&cast, &options) => code,
                () = signals.asked_to_stop() => stopped,
            };
            terminal.line(&word("end"));
            let ending = Arc::clone(&cast);
            // Waits for children, so off the event loop.
            let _ = blocking(move || ending.end()).await;
            code
        }
        Err(_) if stop.load(Ordering::Relaxed) => stopped,
        Err(error) => {
            eprintln!("{}", terminal::sentence(&Say::new("failed").with("error", &error)));
            ExitCode::FAILURE
        }
    };
    reassuring.abort();
    code
}

/// A signal during the preparation lets the part under way finish, so that its children are known and ended.
async fn prepare_or_stop(
    o: &Options,
    board: &Board,
    t: &Arc<Terminal>,
    stop: &Arc<AtomicBool>,
    signals: &mut Signals,
) -> Done<Arc<Cast>> {
    let mut preparing = std::pin::pin!(prepare(o, board, t, stop));
    tokio::select! {
        result = &mut preparing => result,
        () = signals.asked_to_stop() => {
            stop.store(true, Ordering::Relaxed);
            match preparing.await {
                Ok(cast) => {
                    cast.end();
                    Err("stopped".into())
                }
                error => error,
            }
        }
    }
}

async fn listen(port: Option<u16>) -> Done<TcpListener> {
    let at = |port: u16| async move {
        TcpListener::bind(("127.0.0.1", port)).await.map_err(|e| format!("port {port}: {e}"))
    };
    match port {
        Some(port) => at(port).await,
        None => match at(USUAL_PORT).await {
            Ok(listener) => Ok(listener),
            Err(_) => at(0).await,
        },
    }
}

async fn prepare(o: &Options, board: &Board, terminal: &Arc<Terminal>, stop: &AtomicBool) -> Done<Arc<Cast>> {
    let doing = |say: Say| {
        terminal.doing(&say);
        board.change(|v| v.doing = Some(say));
        if stop.load(Ordering::Relaxed) { Err("stopped".to_owned()) } else { Ok(()) }
    };
    let work = Work::fresh(&o.work)?;
    let listener = listen(o.port).await?;
    let stage_addr = listener.local_addr().map_err(|e| e.to_string())?;
    let stage_url = format!("http://{stage_addr}");
    let stage = stage::Stage::serve(listener, board.clone());
    doing(Say::new("doing.stage").with("url", &stage_url))?;

    doing(Say::new("doing.draw"))?;
    let sample = Sample::read(&o.root)?;
    let cache = pictures::cache(&o.cache)?;
    let (wanted, folder, drawing) =
        (sample.drawings(o.small), cache.clone(), (Arc::clone(terminal), board.clone()));
    blocking(move || {
        pictures::draw(&folder, &wanted, |done, of| {
            let say = Say::new("doing.drawn").with("done", done).with("of", of);
            drawing.0.progress(&say);
            drawing.1.change(|v| v.doing = Some(say));
        })
    })
    .await??;
    seed::lay_ready_shots(&cache, &work, o.small)?;

    doing(Say::new("doing.office"))?;
    let pages = work.pages(&o.root, "console", o.once)?;
    let (dir, origin, known, root) = (work.office.clone(), stage_url.clone(), sample.clone(), o.root.clone());
    let (office, mut forms) = blocking(move || {
        let pages = pages.to_string_lossy().into_owned();
        let office = Office::start_with(&dir, &["--console", &pages, "--frame-origin", &origin]);
        seed::accounts(&office.data, &known.accounts)?;
        office.cli("import-checklists", &["--by", "admin"]);
        let forms = seed::forms(&office.data, &root, &known)?;
        Ok::<_, String>((office, forms))
    })
    .await??;
    let (office_url, share) = (office.url(), office.share.clone());
    let http = web::client()?;
    happening::files(&office, &o.root, &sample).await?;
    happening::cards(&o.root, &http, &office_url).await?;
    forms.extend(seed::sheets(&o.root, &sample, &http, &office_url).await?);

    doing(Say::new("doing.history"))?;
    seed::visits(&sample, &forms, &http, &office_url).await?;
    let (line_a, line_b) = (line_to(&office).await?, line_to(&office).await?);
    let mut writers = Vec::new();
    let staff: BTreeSet<String> = sample.writers().into_iter().chain(["s003".to_owned()]).collect();
    for staff in staff {
        let (server, model) = match staff.as_str() {
            "s001" => (line_a.url(), "A"),
            "s003" => (line_b.url(), "B"),
            _ => (office_url.clone(), "Android"),
        };
        writers.push(Writer { code: office.code(&staff), staff, server, model });
    }
    let phones = writers
        .into_iter()
        .map(|writer| seed::phone(sample.clone(), work.clone(), cache.clone(), o.small, writer));
    let phones = futures_util::future::try_join_all(phones).await?;

    doing(Say::new("doing.phones"))?;
    let fittings = Fittings {
        ui: work.pages(&o.root, "phone", o.once)?,
        shots: work.shots.clone(),
        logs: work.logs.clone(),
        stage: stage_url.clone(),
    };
    let (mut a, mut b) = (None, None);
    for phone in phones {
        match phone.home.file_name().and_then(|n| n.to_str()) {
            Some("s001") => a = Some(phone),
            Some("s003") => b = Some(phone),
            _ => {}
        }
    }
    let (a, b) = (a.ok_or("nobody wrote as s001")?, b.ok_or("nobody is s003")?);
    let a = Arc::new(Handset::start("a", "s001", a, line_a, fittings.clone(), http.clone()).await?);
    let b = Arc::new(Handset::start("b", "s003", b, line_b, fittings, http.clone()).await?);
    for phone in [&a, &b] {
        phone.call("case_follow", json!({ "number": sample.story.case })).await?;
    }
    let pace = if o.once { Duration::ZERO } else { Duration::from_millis(1_500) };
    let cast = Arc::new(Cast {
        board: board.clone(),
        terminal: Arc::clone(terminal),
        a,
        b,
        share,
        cache,
        sample,
        small: o.small,
        pace,
        office_url,
        http,
        again: Notify::new(),
        office: Mutex::new(Some(office)),
        old_files: Mutex::default(),
    });
    settled(&cast).await?;
    introduce(&cast).await?;
    stage.open(Arc::clone(&cast));
    tokio::spawn(watch::watch(Arc::clone(&cast)));
    terminal.idle();
    print_addresses(&cast, &stage_url);
    Ok(cast)
}

async fn line_to(office: &Office) -> Done<Line> {
    Line::to(office.addr).await.map_err(|e| e.to_string())
}

/// The office has filed the past, the phones have read of it.
async fn settled(cast: &Cast) -> Done<()> {
    let desk = cast.desk().await?;
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        let jobs = desk.get("/api/counts").await?["jobs_waiting"].clone();
        let waiting = cast.a.status().await?["waiting"]["items"].clone();
        if jobs == 0 && waiting == 0 {
            return Ok(());
        }
        if Instant::now() > end {
            return Err(format!("the half year did not settle: {jobs} jobs, {waiting} items on phone A"));
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Names and addresses onto the page.
async fn introduce(cast: &Cast) -> Done<()> {
    let mut phones = Vec::new();
    for phone in [&cast.a, &cast.b] {
        let status = phone.status().await?;
        phones.push(PhoneView {
            id: phone.id.to_owned(),
            staff: phone.staff.to_owned(),
            person: status["me"]["name"].as_str().unwrap_or(phone.staff).to_owned(),
            url: phone.url.clone(),
            line: line_word(phone.line.mode()).to_owned(),
            starts: 1,
            running: true,
            ..PhoneView::default()
        });
    }
    let mut accounts = Vec::new();
    for (staff, role) in SHOWN_ACCOUNTS {
        let desk = Desk::sign_in(&cast.http, &cast.office_url, staff).await?;
        let name = desk.get("/api/session").await?["person"]["name"].as_str().unwrap_or(staff).to_owned();
        accounts.push(Account { staff: staff.to_owned(), name, role: role.to_owned() });
    }
    let office = OfficeView {
        url: cast.office_url.clone(),
        password: PASSWORD.to_owned(),
        accounts,
        share: cast.share.to_string_lossy().into_owned(),
        screen: "#/feed".to_owned(),
    };
    cast.board.change(|v| {
        v.phones = phones;
        v.office = Some(office);
        v.phase = Phase::Waiting;
        v.doing = None;
    });
    Ok(())
}

async fn perform(cast: &Arc<Cast>, options: &Options) -> ExitCode {
    if !options.once {
        overture(cast).await;
    }
    let code = act(cast).await;
    if options.once {
        return code;
    }
    loop {
        cast.terminal.line(&word("open"));
        cast.again.notified().await;
        act(cast).await;
    }
}

/// Waits a little for somebody to look.
async fn overture(cast: &Cast) {
    cast.terminal.line(&word("overture"));
    let end = Instant::now() + OVERTURE;
    while !cast.board.watched() && Instant::now() < end {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    if cast.board.watched() {
        // The frames need a moment to load.
        tokio::time::sleep(Duration::from_secs(4)).await;
    }
}

/// One playing of the story, with its table.
async fn act(cast: &Arc<Cast>) -> ExitCode {
    cast.board.change(|v| {
        v.phase = Phase::Playing;
        v.table.clear();
        v.failure = None;
    });
    cast.terminal.line(&word("begin"));
    match story::play(cast).await {
        Ok(played) => {
            let rows = table::rows(cast, &played);
            cast.terminal.line("");
            for line in table::lines(&rows) {
                cast.terminal.line(&line);
            }
            cast.terminal.line("");
            cast.board.change(|v| {
                v.phase = Phase::Open;
                v.table = rows;
            });
            ExitCode::SUCCESS
        }
        Err(error) => {
            cast.terminal.idle();
            eprintln!("{}", terminal::sentence(&Say::new("failed").with("error", &error)));
            cast.board.change(|v| {
                v.phase = Phase::Failed;
                v.failure = Some(error);
            });
            ExitCode::FAILURE
        }
    }
}

fn print_addresses(cast: &Cast, stage_url: &str) {
    let accounts: Vec<Value> = cast.board.read(|v| {
        let shown = v.office.iter().flat_map(|o| &o.accounts);
        shown.map(|a| json!([a.staff, a.name, word(&a.role)])).collect()
    });
    let say = |key: &str, value: &str| {
        cast.terminal.line(&format!("  {}  {value}", terminal::padded(&word(key), 20)))
    };
    cast.terminal.line("");
    say("address.stage", stage_url);
    say("address.phone-a", &cast.a.url);
    say("address.phone-b", &cast.b.url);
    say("address.pin", super::PIN);
    say("address.console", &cast.office_url);
    for account in accounts {
        let text = |i: usize| account[i].as_str().unwrap_or_default();
        say("address.account", &format!("{} / {PASSWORD}  ({} {})", text(0), text(1), text(2)));
    }
    say("address.share", &cast.share.to_string_lossy());
    cast.terminal.line("");
}

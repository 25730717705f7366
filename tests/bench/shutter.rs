//! (c) From the shutter to encrypted and queued: the picture lies in the inbox, as the camera left it; afterwards its
//! three files are sealed and on the disk and the queue has them in a committed transaction.

use crate::Bench;
use crate::peers::{ms, timed};
use crate::photos::photos;
use crate::section::{Row, Samples, Section};
use ekitei_core::bridge::Surface as _;
use ekitei_core::bridge::args::{EnrolArgs, Nothing, PhotoAddArgs};
use ekitei_core::{Core, Options};
use ekitei_seal::FileKeystore;
use ekitei_tests::office::Office;
use ekitei_tests::phone::PIN;
use std::sync::Arc;
use std::time::Instant;

const PHOTOS: u64 = 30;
const AIM_MS: f64 = 150.0;
const CASE: &str = "R8-砂利-014";
/// The measurement of the other build, until both are there.
const OTHER: &str = "shutter-rust.json";

/// `None`: the build without `turbo` only keeps its times for the one that has it.
pub fn measure(bench: &Bench) -> Option<Section> {
    let codec = ekitei_photo::codec_name();
    let times = take_all(bench);
    println!("{codec}: {}", times.show("ms"));
    let other = bench.out.join(OTHER);
    if !cfg!(feature = "turbo") {
        let text = serde_json::to_string(&times.0).expect("numbers are JSON");
        std::fs::write(other, text).expect("the times can be written");
        return None;
    }
    let rust = std::fs::read_to_string(other).expect("the default build has measured before");
    let rust = Samples(serde_json::from_str(&rust).expect("numbers"));
    let row = |name: &str, share: f64, times: &Samples| {
        let value = times.quantile(share);
        Row::shown(name, Samples(vec![value]).show("ms")).at_most(value, AIM_MS, "ms")
    };
    Some(Section {
        title: "(c) From the shutter to encrypted and queued",
        peer: String::new(),
        rows: vec![
            row("pure Rust (default build): median", 0.5, &rust),
            row("pure Rust (default build): 95 of 100 within", 0.95, &rust),
            row("feature `turbo`: median", 0.5, &times),
            row("feature `turbo`: 95 of 100 within", 0.95, &times),
        ],
        notes: vec![format!(
            "{PHOTOS} different photographs of 12 MP, one after the other, through the bridge call `photo_add`: \
             checks, hash, display copy, thumbnail, sealing of all three files for phone and office (written, \
             synchronised, renamed), record and uploads in the queue (synchronous=FULL), copy in the vault. The \
             default build is what the demo, the command line and the desktop window use; a phone's build may \
             switch `turbo` on (docs/adr/0004-pure-rust-jpeg-by-default.md)."
        )],
    })
}

fn take_all(bench: &Bench) -> Samples {
    let files = photos(bench, PHOTOS);
    let folder = bench.folder();
    let office = Office::start(&folder.path().join("office"));
    let home = folder.path().join("phone");
    std::fs::create_dir_all(&home).expect("a folder can be made");
    let keystore = FileKeystore::open_or_create(&home.join("device.key")).expect("a key store can be made");
    let core = Core::open(&home, Arc::new(keystore), Options { worker: false, ..Options::default() });
    let core = core.expect("the phone opens");
    let (server, code) = (office.url(), office.code("s001"));
    core.enrol(EnrolArgs { server, code, pin: PIN.into(), ca_pem: None, model: None }).expect("it enrols");
    core.sync_within(60, true).expect("the case comes");
    let case = core.case_by_number(CASE).expect("the case is known");
    let mut times = Samples::default();
    for (n, file) in files.iter().enumerate() {
        let name = core.copy_in(file).expect("the inbox takes it");
        let args = PhotoAddArgs {
            names: vec![name],
            case: Some(case),
            visit: None,
            note: None,
            caption: format!("撮影 {}", n + 1),
            place: None,
        };
        let began = Instant::now();
        let views = core.photo_add(args).expect("it is taken");
        times.push(ms(began.elapsed()));
        assert!(views.len() == 1 && !views[0].already_there, "a new photograph");
    }
    let (queue, looked_ms) = timed(|| core.queue(Nothing {}).expect("the queue is readable"));
    assert_eq!(queue.waiting.photos, PHOTOS, "all are queued");
    println!("the queue's screen: {looked_ms:.1} ms");
    times
}

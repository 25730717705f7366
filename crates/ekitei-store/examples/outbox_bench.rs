//! How fast the outbox is: N notes (default 10,000) written in transactions of 500, numbered, answered, and read back.
//!
//! `cargo run --release -p ekitei-store --example outbox_bench [N]`
#![allow(clippy::unwrap_used)]

#[path = "../tests/common/mod.rs"]
mod common;

use common::{NOW, Phone, about_note, header, id, note};
use ekitei_model::wire::Direction;
use ekitei_model::{Lane, Operation, Scope};
use ekitei_store::queue::{ops, view};
use ekitei_store::vault::read;
use std::time::Instant;

const CHUNK: usize = 500;

fn main() {
    let count: usize = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(10_000);
    let phone = Phone::new();
    let case = id();
    let scope = Scope::Case(case);
    phone.begin(&scope, 0, &[]);
    let notes: Vec<Operation> =
        (0..count).map(|n| note(case, &format!("{n} 番の書き込み、現地で砂利の採取を確認した。"))).collect();
    let about = about_note(case);
    let timed =
        |what: &str, began: Instant| println!("{what:<44} {:>8.1} ms", began.elapsed().as_secs_f64() * 1e3);

    let began = Instant::now();
    for chunk in notes.chunks(CHUNK) {
        phone
            .home
            .queue()
            .write(|tx| {
                for op in chunk {
                    ops::enqueue(tx, op, Lane::Records, &about, NOW)?;
                }
                Ok(())
            })
            .unwrap();
    }
    timed("written to the queue", began);
    let began = Instant::now();
    phone.replay();
    timed("copied to the vault and indexed", began);
    let began = Instant::now();
    let waiting = phone.home.queue().read(view::counts).unwrap().items;
    timed("counted", began);
    assert_eq!(waiting, count as u64);
    let began = Instant::now();
    assert_eq!(phone.home.queue().read(view::rows).unwrap().len(), count);
    timed("listed as the queue's screen", began);
    let began = Instant::now();
    assert_eq!(phone.vault.read(|c| read::case_records(c, case, &["note"])).unwrap().len(), count);
    timed("listed as a case, all pending", began);
    let began = Instant::now();
    let stored = phone.push_all(&scope, 1);
    timed("numbered, frozen and answered", began);
    let began = Instant::now();
    phone.replay();
    timed("answers copied to the vault", began);
    let began = Instant::now();
    for (at, chunk) in stored.chunks(CHUNK).enumerate() {
        let next = (at * CHUNK + chunk.len()) as u64;
        assert!(phone.page(&header(&scope, Direction::After, next, count as u64, false, chunk.len()), chunk));
    }
    timed("pages sealed into the queue", began);
    let began = Instant::now();
    phone.replay();
    timed("pages taken by the vault, overlay settled", began);
    let began = Instant::now();
    assert_eq!(phone.vault.read(|c| read::case_records(c, case, &["note"])).unwrap().len(), count);
    timed("listed as a case, all from the mirror", began);
    let began = Instant::now();
    let one = phone.write_note(case, "もう一つ");
    phone.replay();
    timed("one more note, queue and vault", began);
    assert!(phone.shown(one.record).is_some());
}

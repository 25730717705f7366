//! Sealed files, uploads and downloads.
#![allow(clippy::unwrap_used)]
mod common;

use common::{NOW, Phone, id};
use ekitei_model::chat::message::file;
use ekitei_model::kinds::{Variant, photo};
use ekitei_model::record::Fields;
use ekitei_model::{Fault, Lane, OpBody, Operation, RecordId, Scope, Stamp};
use ekitei_seal::{Identity, Recipient, seal_bytes};
use ekitei_store::StoreError;
use ekitei_store::blobs::SealedFile;
use ekitei_store::queue::uploads::UploadState;
use ekitei_store::queue::{About, Blob, Download, blobs, credential, downloads, generation, uploads, view};
use std::fs;

/// The hash as sealing tells it.
fn sha256(plain: &[u8]) -> String {
    let mut sink = Vec::new();
    let to = Identity::generate().recipient();
    ekitei_seal::seal_reader(plain, &mut sink, &[to]).unwrap().plain_sha256
}

fn seal(phone: &Phone, plain: &[u8], variant: Variant) -> Result<SealedFile, StoreError> {
    let c = phone.home.queue().read(credential::required).unwrap();
    let office: Recipient = c.office_key.recipient.parse().unwrap();
    let to = [c.own_recipient, office];
    phone.home.blobs().seal(
        phone.home.queue(),
        plain,
        &sha256(plain),
        variant,
        &to,
        Some(&c.office_key.key_id),
    )
}

fn blob(phone: &Phone, record: RecordId, scope: &Scope, variant: Variant, file: &SealedFile) -> Blob {
    let c = phone.home.queue().read(credential::required).unwrap();
    Blob {
        record,
        variant,
        scope: scope.clone(),
        sha256: file.sealed.plain_sha256.clone(),
        plain_bytes: file.sealed.plain_bytes,
        cipher_sha256: file.sealed.cipher_sha256.clone(),
        cipher_bytes: file.sealed.cipher_bytes,
        key_id: Some(c.office_key.key_id),
        name: file.name.clone(),
        made_ms: NOW,
    }
}

fn add(phone: &Phone, record: RecordId, scope: &Scope, plain: &[u8], variant: Variant) -> Blob {
    let file = seal(phone, plain, variant).unwrap();
    let blob = blob(phone, record, scope, variant, &file);
    phone
        .home
        .queue()
        .write(|tx| {
            blobs::put(tx, &blob)?;
            uploads::add(tx, &blob, None, NOW)
        })
        .unwrap();
    blob
}

#[test]
fn a_file_is_named_by_its_content_sealed_and_sealed_once() {
    let phone = Phone::new();
    let scope = Scope::Case(id());
    let plain = b"a picture, as good as any".repeat(4_000);
    let one = add(&phone, id(), &scope, &plain, Variant::Original);
    assert_eq!(one.name, format!("{}/{}.original.age", &one.sha256[..2], one.sha256));
    let bytes = fs::read(phone.home.blobs().path(&one.name)).unwrap();
    assert_eq!(bytes.len() as u64, one.cipher_bytes);
    assert!(!bytes.windows(9).any(|w| w == b"a picture"));
    assert_eq!(*phone.home.blobs().read(&one.name, phone.vault.identity()).unwrap(), plain);
    // The same content for another record, also after a restart, keeps the ciphertext (an upload may be half way).
    let phone = phone.reopen();
    let two = add(&phone, id(), &scope, &plain, Variant::Original);
    assert_eq!((two.name, two.cipher_sha256), (one.name.clone(), one.cipher_sha256));
    assert_eq!(fs::read(phone.home.blobs().path(&one.name)).unwrap(), bytes);
}

#[test]
fn bytes_that_do_not_match_their_hash_are_not_kept_and_a_hash_never_becomes_a_path() {
    let phone = Phone::new();
    let to = [Identity::generate().recipient()];
    let queue = phone.home.queue();
    let seal = |hash: &str| phone.home.blobs().seal(queue, &b"x"[..], hash, Variant::Thumb, &to, None);
    let hash = "0".repeat(64);
    assert!(matches!(seal(&hash), Err(StoreError::HashMismatch)));
    assert!(!phone.home.blobs().path(&format!("00/{hash}.thumb.own.age")).exists());
    for wrong in ["../../../../etc/passwd", "", &"A".repeat(64), &format!("../{}", "0".repeat(61))] {
        assert!(matches!(seal(wrong), Err(StoreError::HashMismatch)), "{wrong}");
    }
}

#[test]
fn uploads_go_lane_by_lane_resume_and_park_one_by_one() {
    let phone = Phone::new();
    let scope = Scope::Case(id());
    let record = id();
    for (variant, plain) in
        [(Variant::Original, &b"ooo"[..]), (Variant::Thumb, b"t"), (Variant::Display, b"dd")]
    {
        add(&phone, record, &scope, plain, variant);
    }
    let second = add(&phone, id(), &scope, b"another original", Variant::Original);
    let queue = phone.home.queue();
    let next = |lane| queue.read(|c| uploads::next(c, lane, None)).unwrap();
    assert_eq!(next(Lane::Records).unwrap().variant, Variant::Thumb);
    assert_eq!(next(Lane::Display).unwrap().variant, Variant::Display);
    let first = next(Lane::Originals).unwrap();
    assert_eq!(first.record, record);
    // A begun one goes on before others, from where the office says; its word counts downwards too.
    let later = queue.read(|c| uploads::of_record(c, second.record)).unwrap().remove(0);
    queue.write(|tx| uploads::progress(tx, later.item, "/v1/uploads/1", 100)).unwrap();
    assert_eq!(next(Lane::Originals).unwrap().item, later.item);
    assert!(matches!(queue.write(|tx| uploads::cancel(tx, later.item)), Err(StoreError::Frozen)));
    queue.write(|tx| uploads::progress(tx, later.item, "/v1/uploads/1", 50)).unwrap();
    assert_eq!(next(Lane::Originals).unwrap().sent_bytes, 50);
    queue.write(|tx| uploads::restart(tx, later.item)).unwrap();
    assert_eq!(next(Lane::Originals).unwrap().item, first.item);
    queue.write(|tx| uploads::park(tx, first.item, &Fault::ask("photo-heic"))).unwrap();
    assert_eq!(next(Lane::Originals).unwrap().item, later.item, "the others go on");
    let counts = queue.read(view::counts).unwrap();
    assert_eq!((counts.files, counts.parked, counts.kept, counts.photos), (3, 1, 1, 2));
    queue.write(|tx| uploads::unpark(tx, first.item)).unwrap();
    while let Some(lane) = queue.read(uploads::work).unwrap().first().map(|w| w.lane) {
        let upload = next(lane).unwrap();
        queue.write(|tx| uploads::done(tx, upload.item, NOW)).unwrap();
    }
    assert_eq!(queue.read(view::counts).unwrap().items, 0);
    // A restored office may lack the bytes: all are offered again from 0.
    queue.write(|tx| generation::new_generation(tx, &"epoch-2".to_owned())).unwrap();
    assert_eq!(queue.read(view::counts).unwrap().files, 4);
    assert!(
        queue
            .read(|c| uploads::of_record(c, record))
            .unwrap()
            .iter()
            .all(|u| u.url.is_none() && u.sent_bytes == 0)
    );
}

#[test]
fn a_file_goes_only_when_nothing_needs_it() {
    let phone = Phone::new();
    let scope = Scope::Case(id());
    let plain = b"shared by two records";
    let (a, b) = (id(), id());
    let file = add(&phone, a, &scope, plain, Variant::Thumb);
    add(&phone, b, &scope, plain, Variant::Thumb);
    let queue = phone.home.queue();
    assert!(
        matches!(queue.write(|tx| blobs::forget(tx, a, Variant::Thumb)), Err(StoreError::Frozen)),
        "unsent"
    );
    for record in [a, b] {
        let item = queue.read(|c| uploads::of_record(c, record)).unwrap()[0].item;
        queue.write(|tx| uploads::done(tx, item, NOW)).unwrap();
    }
    queue.write(|tx| blobs::forget(tx, a, Variant::Thumb)).unwrap();
    assert_eq!(phone.home.blobs().sweep(queue).unwrap(), 0);
    assert!(phone.home.blobs().path(&file.name).exists());
    queue.write(|tx| blobs::forget_record(tx, b)).unwrap();
    assert_eq!(phone.home.blobs().sweep(queue).unwrap(), 1);
    assert!(!phone.home.blobs().path(&file.name).exists());
    assert_eq!(phone.home.blobs().sweep(queue).unwrap(), 0);
}

#[test]
fn a_lost_scope_takes_its_derivatives_along_but_not_what_is_unsent() {
    let phone = Phone::new();
    let scope = Scope::Case(id());
    phone.begin(&scope, 0, &[]);
    let record = id();
    let thumb = add(&phone, record, &scope, b"sent thumbnail", Variant::Thumb);
    let original = add(&phone, record, &scope, b"unsent original", Variant::Original);
    let queue = phone.home.queue();
    let of = |variant| {
        let all = queue.read(|c| uploads::of_record(c, record)).unwrap();
        all.into_iter().find(|u| u.variant == variant).unwrap()
    };
    let item = of(Variant::Thumb).item;
    queue.write(|tx| uploads::done(tx, item, NOW)).unwrap();
    let mut denied = common::header(&scope, ekitei_model::wire::Direction::After, 0, 0, false, 0);
    denied.denied = true;
    phone.page(&denied, &[]);
    phone.replay();
    phone.home.blobs().sweep(queue).unwrap();
    assert!(!phone.home.blobs().path(&thumb.name).exists());
    assert!(phone.home.blobs().path(&original.name).exists());
    let upload = of(Variant::Original);
    assert!(upload.hidden && upload.state == UploadState::Waiting);
    queue.write(|tx| uploads::done(tx, upload.item, NOW)).unwrap();
    phone.home.blobs().sweep(queue).unwrap();
    assert!(!phone.home.blobs().path(&original.name).exists(), "delivered, and nothing of it stays");
}

#[test]
fn thumbnails_of_followed_cases_are_wished_for_by_themselves() {
    let phone = Phone::new();
    let scope = Scope::Case(id());
    let plain = b"thumbnail of a colleague";
    let hash = sha256(plain);
    let fields = [
        ("sha256.thumb".to_owned(), hash.as_str().into()),
        ("bytes.thumb".to_owned(), plain.len().into()),
        ("office.thumb_at".to_owned(), "2026-11-21T10:00:00.000+09:00".into()),
        ("sha256.display".to_owned(), "0".repeat(64).into()),
    ];
    let photo = common::record(id(), "photo", &scope, 1, fields.into());
    phone.begin(&scope, 1, std::slice::from_ref(&photo));
    let queue = phone.home.queue();
    let wishes = queue.read(|c| downloads::next(c, 10)).unwrap();
    assert_eq!(wishes.len(), 1, "the display copy has not arrived at the office");
    assert_eq!((wishes[0].record, wishes[0].variant, &wishes[0].sha256), (photo.id, Variant::Thumb, &hash));
    // Given up: not again by itself, but when a person asks.
    queue.write(|tx| downloads::give_up(tx, photo.id, Variant::Thumb, &Fault::ask("not-found"))).unwrap();
    assert!(queue.read(|c| downloads::next(c, 10)).unwrap().is_empty());
    let asked = Download { rank: downloads::RANK_ASKED, ..wishes[0].clone() };
    queue.write(|tx| downloads::want(tx, &asked, NOW)).unwrap();
    assert_eq!(queue.read(|c| downloads::next(c, 10)).unwrap()[0].rank, downloads::RANK_ASKED);
    let own = queue.read(credential::required).unwrap().own_recipient;
    let file = phone.home.blobs().seal(queue, &plain[..], &hash, Variant::Thumb, &[own], None).unwrap();
    assert!(file.name.ends_with(".thumb.own.age"));
    let mut fetched = blob(&phone, photo.id, &scope, Variant::Thumb, &file);
    fetched.key_id = None;
    queue.write(|tx| downloads::done(tx, &fetched)).unwrap();
    assert!(queue.read(|c| downloads::next(c, 10)).unwrap().is_empty());
    queue.write(|tx| downloads::want(tx, &asked, NOW)).unwrap();
    assert!(queue.read(|c| downloads::next(c, 10)).unwrap().is_empty(), "it is here");
    assert_eq!(*phone.home.blobs().read(&fetched.name, phone.vault.identity()).unwrap(), plain);
    // Deleted at the office: the file goes too.
    let mut tombstone = photo.tombstone();
    tombstone.seq = 2;
    phone.changes(&scope, 2, &[tombstone]);
    phone.home.blobs().sweep(queue).unwrap();
    assert!(!phone.home.blobs().path(&fetched.name).exists());
}

#[test]
fn leftovers_of_a_killed_process_go_and_a_living_one_s_work_stays() {
    let phone = Phone::new();
    let folder = phone.home.blobs().path("ab");
    fs::create_dir_all(&folder).unwrap();
    let (old, young) = (folder.join(".ekitei-part-old"), folder.join(".ekitei-part-young"));
    for path in [&old, &young] {
        fs::write(path, seal_bytes(b"x", &[Identity::generate().recipient()]).unwrap()).unwrap();
    }
    // Two hours before the other, by the file system's own clock.
    let made = fs::metadata(&young).unwrap().modified().unwrap();
    let past = made - std::time::Duration::from_secs(7200);
    fs::File::options().write(true).open(&old).unwrap().set_modified(past).unwrap();
    let phone = phone.reopen();
    assert!(!old.exists() && young.exists());
    drop(phone);
}

/// A photo of this phone: its create in the queue, its files sealed and queued.
fn photograph(phone: &Phone, scope: &Scope, plains: &[(Variant, &[u8])]) -> (Operation, Vec<Blob>) {
    let mut fields = Fields::new();
    for (variant, plain) in plains {
        fields.insert(photo::sha256(*variant), sha256(plain).into());
        fields.insert(photo::bytes(*variant), plain.len().into());
    }
    let op = made(phone, scope, "photo", fields);
    let files = plains.iter().map(|(variant, plain)| add(phone, op.record, scope, plain, *variant)).collect();
    (op, files)
}

fn made(phone: &Phone, scope: &Scope, kind: &str, fields: Fields) -> Operation {
    let body = OpBody::Create { kind: kind.into(), scope: scope.clone(), parent: None, fields };
    let op = Operation { op_id: common::op_id(), record: id(), at: Stamp::japan(NOW), body };
    phone.enqueue(&op, &About::named(&op).unwrap());
    op
}

/// The file of a message, likewise.
fn filed(phone: &Phone, scope: &Scope, plain: &[u8]) -> (Operation, Blob) {
    let fields = Fields::from([
        (file::SHA256.to_owned(), sha256(plain).into()),
        (file::BYTES.to_owned(), plain.len().into()),
    ]);
    let op = made(phone, scope, "file", fields);
    let sealed = add(phone, op.record, scope, plain, Variant::Original);
    (op, sealed)
}

#[test]
fn a_queue_made_anew_sends_the_files_that_have_not_arrived() {
    let phone = Phone::new();
    let scope = Scope::Case(id());
    phone.begin(&scope, 0, &[]);
    let half: [(Variant, &[u8]); 2] = [(Variant::Thumb, b"arrived"), (Variant::Original, b"half way")];
    let (sent, files) = photograph(&phone, &scope, &half);
    let mut stored = phone.push_all(&scope, 1);
    stored[0].fields.insert("office.thumb_at".into(), "2026-11-21T10:00:00.000+09:00".into());
    phone.replay();
    phone.changes(&scope, 1, &stored);
    let (unsent, more) = photograph(&phone, &scope, &[(Variant::Original, b"never sent")]);
    let (list, of_list) = filed(&phone, &Scope::Room(id()), b"a list");
    phone.replay();
    // Of somebody else, fetched: not ours to send.
    let theirs = common::record(id(), "photo", &scope, 2, half_of(b"arrived"));
    phone.changes(&scope, 2, std::slice::from_ref(&theirs));

    let Phone { dir, home, vault, device } = phone;
    let path = home.queue().path().to_owned();
    drop((home, vault));
    fs::write(&path, vec![0x5a; 8192]).unwrap();
    for suffix in ["-wal", "-shm"] {
        let _ = fs::remove_file(path.with_file_name(format!("queue.db{suffix}")));
    }
    let home = common::home(dir.path());
    assert!(home.queue().read(credential::load).unwrap().is_none(), "the queue is a new one");
    let vault = home.unlock(common::PIN, NOW).unwrap();
    let phone = Phone { dir, home, vault, device };
    phone.replay();
    let queue = phone.home.queue();
    let uploads_of = |record| queue.read(|c| uploads::of_record(c, record)).unwrap();
    let again = uploads_of(sent.record);
    assert_eq!(again.len(), 1, "the thumbnail has arrived");
    let expected =
        |blob: &Blob| (blob.variant, blob.cipher_sha256.clone(), blob.cipher_bytes, blob.name.clone());
    let found = |u: &uploads::Upload| (u.variant, u.cipher_sha256.clone(), u.cipher_bytes, u.name.clone());
    assert_eq!(found(&again[0]), expected(&files[1]));
    assert_eq!(
        (again[0].state, &again[0].key_id, again[0].plain_bytes),
        (UploadState::Waiting, &files[1].key_id, 8)
    );
    assert_eq!(found(&uploads_of(unsent.record)[0]), expected(&more[0]));
    let of_message = uploads_of(list.record);
    assert_eq!((found(&of_message[0]), of_message[0].plain_bytes), (expected(&of_list), 6));
    assert!(uploads_of(theirs.id).is_empty());
    // Its own pictures can be looked at again, and nothing is deleted as unknown.
    for blob in files.iter().chain(&more).chain([&of_list]) {
        let row = queue.read(|c| blobs::get(c, blob.record, blob.variant)).unwrap().unwrap();
        phone.home.blobs().read(&row.name, phone.vault.identity()).unwrap();
    }
    assert_eq!(phone.home.blobs().sweep(queue).unwrap(), 0);
    // Once: what is given up afterwards does not come back.
    let item = uploads_of(unsent.record)[0].item;
    queue.write(|tx| uploads::cancel(tx, item)).unwrap();
    phone.replay();
    let phone = phone.reopen();
    phone.replay();
    assert!(phone.home.queue().read(|c| uploads::of_record(c, unsent.record)).unwrap().is_empty());
}

fn half_of(plain: &[u8]) -> Fields {
    Fields::from([(photo::sha256(Variant::Thumb), sha256(plain).into())])
}

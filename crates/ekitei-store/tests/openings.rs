//! Many threads open databases at the same moment, as tests and a phone's two processes do.
#![allow(clippy::unwrap_used)]

use ekitei_seal::FileKeystore;
use ekitei_store::Home;
use std::sync::Arc;

#[test]
fn many_homes_open_and_close_at_once() {
    let folder = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for n in 0..16 {
            let dir = folder.path().join(n.to_string());
            scope.spawn(move || {
                std::fs::create_dir_all(&dir).unwrap();
                for _ in 0..25 {
                    let keystore = Arc::new(FileKeystore::open_or_create(&dir.join("device.key")).unwrap());
                    drop(Home::open(&dir, keystore, 0).unwrap());
                }
            });
        }
    });
}

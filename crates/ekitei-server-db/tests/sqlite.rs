//! The conformance suite and what only SQLite has, on real files.
#![allow(clippy::unwrap_used)]

use ekitei_server_db::conformance::fold::run;
use ekitei_server_db::{Sqlite, Storage};
use proptest::prelude::*;
use std::sync::Arc;

async fn open() -> Option<(Arc<dyn Storage>, tempfile::TempDir)> {
    let dir = tempfile::tempdir().unwrap();
    let store = Sqlite::open(&dir.path().join("ekitei.db")).unwrap();
    Some((Arc::new(store), dir))
}

ekitei_server_db::conformance_suite!(crate::open);

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]
    #[test]
    fn any_sequence_of_operations_equals_its_fold(seed in any::<u64>(), rounds in 1usize..40) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (store, _dir) = open().await.unwrap();
            run(store, seed, rounds).await;
        });
    }
}

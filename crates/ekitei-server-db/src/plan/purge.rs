//! Retention: what is left of something whose time is over.

use super::{Missing, Planned, Planner, WorkingSet, office_op};
use ekitei_model::RecordId;
use sha2::{Digest, Sha256};

/// Records that outlived what they belong to become tombstones, in the office's name.
pub(crate) fn bury(ws: &WorkingSet, ids: &[RecordId], now_ms: i64) -> Planned<()> {
    let mut p = Planner::new(ws, now_ms, "");
    for id in ids {
        let prior = match p.find(*id) {
            Ok(found) => found.filter(|r| !r.deleted).cloned(),
            // It has been noted; the others still say what they lack.
            Err(Missing) => continue,
        };
        if let Some(prior) = prior {
            let op = office_op(*id, prior.seq);
            let _ = p.put(prior.tombstone(), Some(prior), op);
        }
    }
    p.finish(())
}

/// What stands where a payload was: its hash and its size.
pub(crate) fn stub(payload: &[u8]) -> String {
    let hash: String = Sha256::digest(payload).iter().map(|b| format!("{b:02x}")).collect();
    format!(r#"{{"purged":"{hash}","bytes":{}}}"#, payload.len())
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_stub_is_json_with_the_hash() {
        let stub = super::stub(b"abc");
        assert_eq!(
            stub,
            r#"{"purged":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","bytes":3}"#
        );
        assert!(serde_json::from_str::<serde_json::Value>(&stub).is_ok());
    }
}

//! JSON lines on the wire, compressed with zstd, with limits in both directions. What an answer's body says is checked
//! here; nothing that is not ours gets further ([`CallError::Garbage`]).

use std::io::{BufRead, BufReader, Read};

use ekitei_model::runs::{self, ResultLine};
use ekitei_model::wire::{PageHeader, PullReply, PushHeader, PushReply, PushResult, ZSTD_LEVEL};
use ekitei_model::{OpId, Record};
use serde::de::DeserializeOwned;

use crate::error::CallError;

/// One line of an answer at most: a record is far smaller (`rules::MAX_OP_BYTES` per operation).
const MAX_LINE_BYTES: usize = 8 * 1024 * 1024;
/// Uncompressed body of an answer at most.
pub const MAX_ANSWER_BYTES: u64 = 64 * 1024 * 1024;
/// Compressed body of an answer at most.
pub const MAX_BODY_BYTES: usize = 32 * 1024 * 1024;

/// One page as it came: the records are JSON texts that nobody has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WirePage {
    pub header: PageHeader,
    /// `count` lines, each with its line feed.
    pub records: Vec<u8>,
}

impl WirePage {
    pub fn lines(&self) -> impl Iterator<Item = &[u8]> {
        self.records.split(|b| *b == b'\n').filter(|l| !l.is_empty())
    }
}

/// Header and operations as one compressed body. `ops` are frozen lines without line feed.
pub fn encode_push<'a>(header: &PushHeader, ops: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut plain = serde_json::to_vec(header).expect("a push header is plain data");
    for op in ops {
        plain.push(b'\n');
        plain.extend_from_slice(op);
    }
    plain.push(b'\n');
    compress(&plain)
}

/// Any JSON lines as one compressed body.
pub fn compress(plain: &[u8]) -> Vec<u8> {
    zstd::encode_all(plain, ZSTD_LEVEL).expect("compressing from memory to memory cannot fail")
}

/// How an answer's body is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    Plain,
    Zstd,
}

/// The answer to a push of `ops`.
///
/// # Errors
/// [`CallError::Garbage`] when anything but one reply and exactly one result for each operation came.
pub fn decode_push(
    body: &[u8],
    packing: Packing,
    ops: &[OpId],
) -> Result<(PushReply, Vec<PushResult>), CallError> {
    let mut lines = Lines::new(body, packing)?;
    let reply: PushReply = lines.expect_json("push reply")?;
    let mut said = Vec::new();
    while let Some(line) = lines.next_line()? {
        if said.len() == ops.len() {
            return Err(garbage("more results than operations"));
        }
        said.push(parse::<ResultLine>(line, "push result")?);
    }
    let results = runs::unfold(said, ops);
    results.map(|r| (reply, r)).ok_or_else(|| garbage("results of other operations"))
}

/// The answer to a pull.
///
/// # Errors
/// [`CallError::Garbage`] when a line is no record of the page's scope or a page is cut short: then no page of it is used.
pub fn decode_pull(body: &[u8], packing: Packing) -> Result<(PullReply, Vec<WirePage>), CallError> {
    let mut lines = Lines::new(body, packing)?;
    let reply: PullReply = lines.expect_json("pull reply")?;
    let mut pages = Vec::new();
    while let Some(line) = lines.next_line()? {
        let header: PageHeader = parse(line, "page header")?;
        let mut records = Vec::new();
        for _ in 0..header.count {
            let line = lines.next_line()?.ok_or_else(|| garbage("a page is cut short"))?;
            // Checked, but kept as it came: unknown kinds and fields travel on unchanged.
            let record: Record = parse(line, "record")?;
            if record.scope != header.scope {
                return Err(garbage("a record of another scope"));
            }
            records.extend_from_slice(line);
            records.push(b'\n');
        }
        pages.push(WirePage { header, records });
    }
    Ok((reply, pages))
}

/// One JSON object, uncompressed or compressed.
///
/// # Errors
/// [`CallError::Garbage`].
pub fn decode_json<T: DeserializeOwned>(body: &[u8], packing: Packing, what: &str) -> Result<T, CallError> {
    let mut plain = Vec::new();
    reader(body, packing)?
        .take(MAX_LINE_BYTES as u64)
        .read_to_end(&mut plain)
        .map_err(|e| garbage(format!("{what}: {e}")))?;
    parse(&plain, what)
}

fn parse<'a, T: serde::Deserialize<'a>>(line: &'a [u8], what: &str) -> Result<T, CallError> {
    // The position is enough for a log; the content is not ours to print.
    serde_json::from_slice(line).map_err(|e| garbage(format!("{what}: column {}", e.column())))
}

fn garbage(what: impl Into<String>) -> CallError {
    CallError::Garbage(what.into())
}

fn reader<'a>(body: &'a [u8], packing: Packing) -> Result<Box<dyn Read + 'a>, CallError> {
    Ok(match packing {
        Packing::Plain => Box::new(body),
        Packing::Zstd => {
            let mut decoder = zstd::Decoder::with_buffer(body).map_err(|e| garbage(format!("zstd: {e}")))?;
            // Our level uses 2 MiB; a stranger's frame must not ask for gigabytes.
            decoder.window_log_max(23).map_err(|e| garbage(format!("zstd: {e}")))?;
            Box::new(decoder)
        }
    })
}

/// Lines of a body, with a limit on each and on all.
struct Lines<'a> {
    source: BufReader<std::io::Take<Box<dyn Read + 'a>>>,
    line: Vec<u8>,
}

impl<'a> Lines<'a> {
    fn new(body: &'a [u8], packing: Packing) -> Result<Self, CallError> {
        let source = BufReader::with_capacity(64 * 1024, reader(body, packing)?.take(MAX_ANSWER_BYTES));
        Ok(Self { source, line: Vec::new() })
    }

    /// The next line without its line feed; `None` at the end. An unfinished last line means a cut.
    fn next_line(&mut self) -> Result<Option<&[u8]>, CallError> {
        self.line.clear();
        loop {
            let piece = self.source.fill_buf().map_err(|e| garbage(format!("body: {e}")))?;
            if piece.is_empty() {
                return if self.line.is_empty() { Ok(None) } else { Err(garbage("the last line is cut")) };
            }
            let end = piece.iter().position(|b| *b == b'\n');
            self.line.extend_from_slice(&piece[..end.unwrap_or(piece.len())]);
            let used = end.map_or(piece.len(), |at| at + 1);
            self.source.consume(used);
            if self.line.len() > MAX_LINE_BYTES {
                return Err(garbage("a line is too long"));
            }
            if end.is_some() {
                return Ok(Some(&self.line));
            }
        }
    }

    fn expect_json<T: DeserializeOwned>(&mut self, what: &str) -> Result<T, CallError> {
        let line = self.next_line()?.ok_or_else(|| garbage(format!("{what}: nothing")))?;
        parse(line, what)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use ekitei_model::wire::Direction;
    use ekitei_model::{Lane, Outcome, Scope};
    use proptest::prelude::*;

    fn page(count: u32) -> PageHeader {
        PageHeader {
            scope: Scope::All,
            direction: Direction::After,
            next: 7,
            head: 7,
            more: false,
            count,
            denied: false,
        }
    }

    fn pull_body(pages: &[(u32, &[&str])]) -> Vec<u8> {
        let reply = PullReply { epoch: "e".into(), acl_version: 1, standing: vec![Scope::All], now_ms: 5 };
        let mut body = serde_json::to_vec(&reply).unwrap();
        body.push(b'\n');
        for (count, records) in pages {
            body.extend(serde_json::to_vec(&page(*count)).unwrap());
            body.push(b'\n');
            for r in *records {
                body.extend_from_slice(r.as_bytes());
                body.push(b'\n');
            }
        }
        body
    }

    fn record(kind: &str, more: &str) -> String {
        let id = uuid::Uuid::from_u128(1);
        format!(r#"{{"id":"{id}","kind":"{kind}","scope":"all:","born_seq":1, "seq":1{more}}}"#)
    }

    #[test]
    fn pages_keep_their_records_byte_for_byte() {
        let odd = record("未知", r#","zukunft":[1, 2]"#);
        let plain = record("note", "");
        let body = pull_body(&[(2, &[&odd, &plain]), (0, &[])]);
        for (bytes, packing) in [(body.clone(), Packing::Plain), (compress(&body), Packing::Zstd)] {
            let (reply, pages) = decode_pull(&bytes, packing).unwrap();
            assert_eq!(reply.now_ms, 5);
            assert_eq!(pages.len(), 2);
            assert_eq!(pages[0].lines().collect::<Vec<_>>(), [odd.as_bytes(), plain.as_bytes()]);
        }
    }

    #[test]
    fn a_cut_page_is_not_used() {
        assert!(matches!(
            decode_pull(&pull_body(&[(3, &[&record("a", ""), &record("b", "")])]), Packing::Plain),
            Err(CallError::Garbage(_))
        ));
        let elsewhere = record("a", "").replace("all:", "user:s1");
        for wrong in ["[1]", "{}", "7", &elsewhere] {
            assert!(decode_pull(&pull_body(&[(1, &[wrong])]), Packing::Plain).is_err(), "{wrong}");
        }
        let whole = compress(&pull_body(&[(2, &[&record("a", ""), &record("b", "")])]));
        for cut in 0..whole.len() {
            assert!(decode_pull(&whole[..cut], Packing::Zstd).is_err(), "cut at {cut}");
        }
    }

    #[test]
    fn a_push_answer_has_one_result_for_each_operation() {
        let reply = PushReply { epoch: "e".into(), high_water: 2, acl_version: 1 };
        let ops: Vec<OpId> = (1..4).map(|n| OpId(uuid::Uuid::from_u128(n))).collect();
        let result = PushResult { op_id: ops[0], outcome: Outcome::Voided, written_ms: None };
        let mut body = serde_json::to_vec(&reply).unwrap();
        body.push(b'\n');
        for _ in 0..2 {
            body.extend(serde_json::to_vec(&result).unwrap());
            body.push(b'\n');
        }
        assert_eq!(decode_push(&body, Packing::Plain, &ops[..2]).unwrap().1.len(), 2);
        assert!(decode_push(&body, Packing::Plain, &ops[..1]).is_err());
        assert!(decode_push(&body, Packing::Plain, &ops).is_err());
        assert!(decode_push(b"<html>login</html>\n", Packing::Plain, &ops[..2]).is_err());
        assert!(decode_push(b"", Packing::Zstd, &[]).is_err());
    }

    #[test]
    fn a_bomb_is_defused() {
        let bomb = compress(&vec![b'a'; 80 * 1024 * 1024]);
        assert!(bomb.len() < 20_000);
        assert!(matches!(decode_pull(&bomb, Packing::Zstd), Err(CallError::Garbage(_))));
        assert!(matches!(
            decode_json::<serde_json::Value>(&bomb, Packing::Zstd, "x"),
            Err(CallError::Garbage(_))
        ));
    }

    #[test]
    fn a_push_body_is_header_and_lines() {
        let header = PushHeader {
            proto: 1,
            epoch: "e".into(),
            lane: Lane::Records,
            generation: 1,
            first: 3,
            count: 2,
            runs: true,
        };
        let body = encode_push(&header, [&b"{\"a\":1}"[..], b"{\"b\":2}"].into_iter());
        let plain = zstd::decode_all(&body[..]).unwrap();
        let lines: Vec<&[u8]> = plain.split(|b| *b == b'\n').collect();
        assert_eq!(serde_json::from_slice::<PushHeader>(lines[0]).unwrap(), header);
        assert_eq!(lines[1..], [&b"{\"a\":1}"[..], b"{\"b\":2}", b""]);
    }

    proptest! {
        /// Whatever comes: an answer or garbage, never a panic.
        #[test]
        fn garbage_is_garbage(bytes in proptest::collection::vec(any::<u8>(), 0..600), zstd: bool) {
            let packing = if zstd { Packing::Zstd } else { Packing::Plain };
            let _ = decode_pull(&bytes, packing);
            let _ = decode_push(&bytes, packing, &[OpId(uuid::Uuid::nil()); 3]);
            let _ = decode_json::<serde_json::Value>(&bytes, packing, "x");
        }

        /// One flipped bit in a compressed answer never yields a page with another number of lines than it says.
        #[test]
        fn a_flipped_bit_never_shortens_a_page(at in 0usize..400, bit in 0u8..8) {
            let records: Vec<String> = (0..20).map(|n| record("note", &format!(r#","n":{n}"#))).collect();
            let refs: Vec<&str> = records.iter().map(String::as_str).collect();
            let mut body = compress(&pull_body(&[(20, &refs)]));
            let at = at % body.len();
            body[at] ^= 1 << bit;
            if let Ok((_, pages)) = decode_pull(&body, Packing::Zstd) {
                for page in pages {
                    prop_assert_eq!(page.lines().count(), page.header.count as usize);
                }
            }
        }
    }
}

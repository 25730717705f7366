use super::*;
use ekitei_model::fault::Cure;
use proptest::prelude::*;
use rand::SeedableRng;

const NOW: i64 = 1_800_000_000_000;

fn planner() -> Planner {
    Planner::new(Holds::default(), StdRng::seed_from_u64(3))
}

fn idle() -> Snapshot {
    Snapshot { may_read: true, ..Snapshot::default() }
}

fn busy() -> Snapshot {
    let load = Load::new(5, 1_000_000);
    Snapshot {
        ops: [load; 3],
        files: [Load::default(), Load::default(), load, load, load],
        pull_due_since_ms: Some(NOW),
        downloads: load,
        may_read: true,
    }
}

fn lane_of(step: Step) -> Option<Lane> {
    match step {
        Step::Push { lane, .. } | Step::Upload { lane, .. } => Some(lane),
        _ => None,
    }
}

#[test]
fn an_emergency_goes_before_everything() {
    let mut p = planner();
    assert_eq!(lane_of(p.next(&busy(), NOW)), Some(Lane::Emergency));
    p.holds.shed(Some(1), 60_000, NOW);
    assert_eq!(lane_of(p.next(&busy(), NOW)), Some(Lane::Emergency));
}

#[test]
fn records_go_before_their_bytes_and_pulls_before_long_files() {
    let mut p = planner();
    let mut now = busy();
    now.ops[0] = Load::default();
    for _ in 0..3 {
        let step = p.next(&now, NOW);
        assert!(matches!(step, Step::Push { .. }), "{step:?}");
        p.succeeded(&step, 100, 10, NOW);
    }
    now.ops = [Load::default(); 3];
    assert!(matches!(p.next(&now, NOW), Step::Pull { .. }));
    now.pull_due_since_ms = None;
    now.downloads = Load::default();
    assert_eq!(lane_of(p.next(&now, NOW)), Some(Lane::Records));
}

#[test]
fn a_pull_does_not_wait_for_ever_behind_operations() {
    let mut p = planner();
    let mut now = idle();
    now.ops[2] = Load::new(10_000, 5_000_000);
    now.pull_due_since_ms = Some(NOW);
    let mut pulls = 0;
    for turn in 0..40 {
        let at = NOW + turn * 1_000;
        let step = p.next(&now, at);
        pulls += usize::from(matches!(step, Step::Pull { .. }));
        p.succeeded(&step, 100_000, 1_000, at);
        assert!(turn >= 5 || !matches!(step, Step::Pull { .. }), "records first while the wait is short");
    }
    assert!((10..=20).contains(&pulls), "{pulls} pulls in 40 turns");
}

#[test]
fn without_the_right_to_read_the_phone_still_delivers() {
    let mut p = planner();
    let mut now = busy();
    now.may_read = false;
    for _ in 0..50 {
        let step = p.next(&now, NOW);
        assert!(lane_of(step).is_some(), "{step:?}");
        p.succeeded(&step, 50_000, 100, NOW);
    }
    now.ops = [Load::default(); 3];
    now.files = [Load::default(); 5];
    assert_eq!(p.next(&now, NOW), Step::Done);
}

#[test]
fn a_failure_rests_the_line_and_a_success_wakes_it() {
    let mut p = planner();
    let step = p.next(&busy(), NOW);
    let network = CallError::Network("reset".into());
    assert_eq!(p.failed(&step, &network, 5, 0, NOW), Consequence::Later);
    let Step::Wait { until_ms } = p.next(&busy(), NOW) else { panic!("must rest") };
    assert!(until_ms > NOW && until_ms <= NOW + BASE_BACKOFF_MS);
    assert!(lane_of(p.next(&busy(), until_ms)).is_some());
    p.wake(Wake::Tap);
    assert!(lane_of(p.next(&busy(), NOW)).is_some());
}

#[test]
fn a_server_that_sheds_originals_still_gets_records() {
    let mut p = planner();
    let step = Step::Upload { lane: Lane::Originals, chunk_bytes: 1 };
    let shed = CallError::Busy { status: 503, retry_after_ms: Some(30_000) };
    assert_eq!(p.failed(&step, &shed, 1, 0, NOW), Consequence::Later);
    let mut now = idle();
    now.files[4] = Load::new(1, 1);
    assert_eq!(p.next(&now, NOW), Step::Wait { until_ms: NOW + 30_000 });
    now.files[3] = Load::new(1, 1);
    assert_eq!(lane_of(p.next(&now, NOW)), Some(Lane::Display));
}

#[test]
fn a_refused_batch_is_halved_until_the_one_is_found() {
    let mut p = planner();
    let refused = CallError::Refused(Fault::ask("op-unreadable"));
    let mut now = idle();
    now.ops[2] = Load::new(500, 100_000);
    let mut sizes = Vec::new();
    loop {
        let step @ Step::Push { max_ops, .. } = p.next(&now, NOW) else { panic!("must push") };
        sizes.push(max_ops);
        match p.failed(&step, &refused, max_ops, 0, NOW) {
            Consequence::Split => {}
            Consequence::Void(fault) => {
                assert_eq!(fault.code, "op-unreadable");
                break;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(sizes, [500, 250, 125, 62, 31, 15, 7, 3, 1]);
    let step = p.next(&now, NOW);
    p.succeeded(&step, 10, 1, NOW);
    assert!(matches!(p.next(&now, NOW), Step::Push { max_ops: 2, .. }), "grows again");
}

#[test]
fn a_time_out_halves_and_keeps_the_items() {
    let mut p = planner();
    let mut now = idle();
    now.ops[1] = Load::new(500, 100_000);
    let mut at = NOW;
    for want in [500, 250, 125, 62] {
        let step @ Step::Push { max_ops, .. } = p.next(&now, at) else { panic!("must push") };
        assert_eq!(max_ops, want);
        assert_eq!(p.failed(&step, &CallError::Timeout, max_ops, 0, at), Consequence::Later);
        at += MAX_BACKOFF_MS;
    }
}

#[test]
fn every_error_has_its_consequence() {
    let push = Step::Push { lane: Lane::Records, max_ops: 1, max_bytes: 1 };
    let upload = Step::Upload { lane: Lane::Originals, chunk_bytes: 1 };
    let pull = Step::Pull { max_bytes: 1 };
    let fault = Fault::ask("photo-broken");
    let cases = [
        (push, CallError::LaneGap { high_water: 3 }, Consequence::NewGeneration(Lane::Records)),
        (push, CallError::Epoch("b".into()), Consequence::NewEpoch("b".into())),
        (pull, CallError::Device(DeviceState::DrainOnly), Consequence::Device(DeviceState::DrainOnly)),
        (push, CallError::Token, Consequence::Stop(CallError::Token.to_fault())),
        (upload, CallError::UploadMoved { status: 404 }, Consequence::Relocate),
        (upload, CallError::Checksum, Consequence::Restart),
        (upload, CallError::Refused(fault.clone()), Consequence::Park(fault.clone())),
        (upload, CallError::Disk(fault.clone()), Consequence::Park(fault.clone())),
        (pull, CallError::Disk(fault.clone()), Consequence::Stop(fault.clone())),
        (pull, CallError::Refused(fault), Consequence::Later),
        (pull, CallError::Garbage("x".into()), Consequence::Later),
        (push, CallError::Untrusted, Consequence::Later),
    ];
    for (step, error, want) in cases {
        assert_eq!(planner().failed(&step, &error, 1, 0, NOW), want, "{step:?} {error:?}");
    }
    let tired = planner().failed(&upload, &CallError::Checksum, 1, MAX_FILE_RESTARTS, NOW);
    assert_eq!(tired, Consequence::Park(Fault { cure: Cure::Retry, ..Fault::ask("upload-checksum") }));
}

fn any_snapshot() -> impl Strategy<Value = Snapshot> {
    let load = (0u64..3, 0u64..10_000_000).prop_map(|(items, bytes)| Load::new(items, bytes));
    (
        [load.clone(), load.clone(), load.clone()],
        [load.clone(), load.clone(), load.clone()],
        load,
        proptest::option::of(-20_000i64..20_000),
        any::<bool>(),
    )
        .prop_map(|(ops, files, downloads, due, may_read)| Snapshot {
            ops,
            files: [Load::default(), Load::default(), files[0], files[1], files[2]],
            pull_due_since_ms: due.map(|d| NOW + d),
            downloads,
            may_read,
        })
}

fn any_error() -> impl Strategy<Value = CallError> {
    prop_oneof![
        Just(CallError::Network("x".into())),
        Just(CallError::Timeout),
        Just(CallError::Garbage("x".into())),
        proptest::option::of(0i64..1_000_000)
            .prop_map(|retry_after_ms| CallError::Busy { status: 503, retry_after_ms }),
        Just(CallError::Refused(Fault::ask("no"))),
        Just(CallError::Checksum),
    ]
}

proptest! {
    /// Whatever happened before: a step only for what waits, `Done` only when nothing does, and a wait ends.
    #[test]
    fn a_step_always_fits_the_queue(history in proptest::collection::vec((any_snapshot(), proptest::option::of(any_error()), 1u64..5_000_000), 1..60)) {
        let mut p = planner();
        let mut at = NOW;
        for (now, error, bytes) in history {
            let step = p.next(&now, at);
            match step {
                Step::Push { lane, max_ops, max_bytes } => {
                    prop_assert!(now.ops[usize::from(u8::from(lane))].any());
                    prop_assert!((1..=MAX_BATCH_OPS).contains(&max_ops) && (1..=MAX_BATCH_BYTES).contains(&max_bytes));
                }
                Step::Upload { lane, chunk_bytes } => {
                    prop_assert!(now.files[usize::from(u8::from(lane))].any());
                    prop_assert!((MIN_CHUNK_BYTES..=MAX_CHUNK_BYTES).contains(&chunk_bytes));
                    prop_assert!(!now.ops[0].any() || !p.holds.lane_open(0, at), "an emergency waits");
                }
                Step::Pull { max_bytes } => {
                    prop_assert!(now.may_read && now.pull_due_since_ms.is_some() && max_bytes > 0);
                }
                Step::Download { .. } => prop_assert!(now.may_read && now.downloads.any()),
                Step::Wait { until_ms } => {
                    prop_assert!(until_ms > at && until_ms - at <= crate::error::MAX_RETRY_AFTER_MS);
                    at = until_ms;
                    continue;
                }
                Step::Done => {
                    let reads = now.may_read && (now.pull_due_since_ms.is_some() || now.downloads.any());
                    prop_assert!(now.drained() && !reads);
                    continue;
                }
            }
            match error {
                Some(e) => { p.failed(&step, &e, 4, 0, at); }
                None => p.succeeded(&step, bytes, 500, at),
            }
            at += 500;
        }
    }

    /// With every lane full, the lowest gets its tenth of what is sent.
    #[test]
    fn the_lowest_lane_keeps_its_floor(rate in 20_000u64..5_000_000) {
        let mut p = planner();
        let mut now = busy();
        now.ops[0] = Load::default();
        now.pull_due_since_ms = None;
        now.downloads = Load::default();
        let mut sent = [0u64; 5];
        for turn in 0..2_000 {
            let at = NOW + turn * 1_000;
            let step = p.next(&now, at);
            let bytes = match step {
                Step::Upload { chunk_bytes, .. } => chunk_bytes,
                Step::Push { max_bytes, .. } => max_bytes as u64 / COMPRESSION,
                other => panic!("{other:?}"),
            };
            let lane = lane_of(step).expect("a lane");
            sent[usize::from(u8::from(lane))] += bytes;
            p.succeeded(&step, bytes, bytes * 1000 / rate, at);
        }
        let total: u64 = sent.iter().sum();
        prop_assert!(sent[4] * 100 >= total * 9, "{sent:?}");
        prop_assert!(sent[3] > sent[4] && sent[2] > sent[3] && sent[1] > sent[2], "{sent:?}");
    }
}

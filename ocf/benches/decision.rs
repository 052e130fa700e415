//! What a decision costs, as ratios: 1,000 ACEs against 1, and against the plainest scan of 1,000.
#![allow(missing_docs)]

#[path = "../tests/common/mod.rs"]
mod common;

use common::json;
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use ocf_acl::{Acl, Method, Request, Role, State, Uuid, View};
use std::hint::black_box;

/// ACEs for one UUID each, and for a role every tenth; all name the path that is asked for, so that
/// each subject is compared, and each resource of those that match.
fn list_of(count: u32) -> Acl {
    let aces: Vec<String> = (0..count)
        .map(|number| {
            let subject = if number % 10 == 9 {
                format!(r#"{{"role":"role.{number}"}}"#)
            } else {
                format!(r#"{{"uuid":"{number:08x}-0000-4000-8000-000000000001"}}"#)
            };
            format!(
                r#"{{"subject":{subject},"resources":[{{"href":"/a/{number}"}},{{"href":"/light"}}],"permission":2}}"#
            )
        })
        .collect();
    let text = format!(r#"{{"aclist2":[{}]}}"#, aces.join(","));
    let mut acl = Acl::new();
    acl.load(&json::to_cbor(&text).expect("JSON"))
        .expect("a list");
    acl
}

/// The least that any list without an index must do: look at each subject's UUID.
fn naive(uuids: &[[u8; 16]], peer: &[u8; 16]) -> usize {
    uuids.iter().filter(|uuid| *uuid == peer).count()
}

fn decisions(criterion: &mut Criterion) {
    let roles = [Role {
        role: b"role.9",
        authority: None,
        certified: false,
    }];
    let last = Uuid::parse("000003e6-0000-4000-8000-000000000001");
    let mut group = criterion.benchmark_group("decision");
    for count in [0, 1, 10, 100, 1000] {
        let acl = list_of(count);
        let mut request = Request::new(State::Rfnop, Method::Get, b"/light");
        request.secured = true;
        request.peer = last;
        group.bench_function(format!("{count} ACEs, by UUID"), |bencher| {
            bencher.iter(|| acl.check(black_box(&request), [].into_iter()));
        });
        group.bench_function(format!("{count} ACEs, with a role"), |bencher| {
            bencher.iter(|| acl.check(black_box(&request), black_box(&roles).iter().copied()));
        });
    }
    let uuids: Vec<[u8; 16]> = (0..1000u32)
        .map(|number| {
            let mut uuid = [0; 16];
            uuid[..4].copy_from_slice(&number.to_be_bytes());
            uuid[15] = 1;
            uuid
        })
        .collect();
    let peer = *last.expect("a UUID").as_bytes();
    group.bench_function("1000 UUIDs, naive scan", |bencher| {
        bencher.iter(|| naive(black_box(&uuids), black_box(&peer)));
    });
    group.finish();

    let acl = list_of(1000);
    let mut stored = vec![
        0;
        acl.encode(View::Storage, &mut [])
            .unwrap_or_else(|needed| needed)
    ];
    acl.encode(View::Storage, &mut stored)
        .expect("it has the length it needs");
    let mut group = criterion.benchmark_group("payload");
    group.bench_function("load 1000 ACEs", |bencher| {
        bencher.iter_batched_ref(
            Acl::new,
            |acl| acl.load(black_box(&stored)),
            BatchSize::SmallInput,
        );
    });
    // The slowest there is: every aceid is compared with all others, and half are to be given out.
    let ace =
        |id: String| format!(r#"{{{id}"subject":{{"role":"a"}},"resources":[],"permission":1}}"#);
    let with = (1..=1000).map(|id| ace(format!(r#""aceid":{id},"#)));
    let aces: Vec<String> = with.chain((0..1000).map(|_| ace(String::new()))).collect();
    let text = format!(r#"{{"aclist2":[{}]}}"#, aces.join(","));
    let slowest = json::to_cbor(&text).expect("JSON");
    group.bench_function("post 1000 aceids and 1000 to be given out", |bencher| {
        bencher.iter_batched_ref(
            Acl::new,
            |acl| acl.post(State::Rfpro, black_box(&slowest)),
            BatchSize::SmallInput,
        );
    });
    group.bench_function("encode 1000 ACEs", |bencher| {
        let mut buffer = stored.clone();
        bencher.iter(|| acl.encode(View::Storage, black_box(&mut buffer)));
    });
    group.finish();
}

criterion_group!(benches, decisions);
criterion_main!(benches);

//! What a decision costs, as ratios: 1,000 ACEs against 1, and against the plainest scan of 1,000.
#![allow(missing_docs)]

#[path = "../tests/common/mod.rs"]
mod common;

use common::json;
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use ocf_acl::{Acl, Method, Request, Role, State, Uuid, View};
use std::hint::black_box;
use std::ops::Range;

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

/// A payload with these ACEs, each for a UUID of its own.
fn many(numbers: Range<u32>, id: impl Fn(u32) -> Option<u32>) -> Vec<u8> {
    let aces: Vec<String> = numbers
        .map(|number| {
            let id = id(number).map_or(String::new(), |id| format!(r#""aceid":{id},"#));
            format!(
                r#"{{{id}"subject":{{"uuid":"{number:08x}-0000-4000-8000-000000000001"}},"resources":[{{"href":"/light"}}],"permission":2}}"#
            )
        })
        .collect();
    json::to_cbor(&format!(r#"{{"aclist2":[{}]}}"#, aces.join(","))).expect("JSON")
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
        request.peer = last.as_ref();
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
    group.sample_size(10);
    for (name, payload) in [
        ("40000 without aceids", many(0..40_000, |_| None)),
        (
            "40000 with aceids in no order",
            many(0..40_000, |n| Some(n * 7919 % 40_009)),
        ),
        (
            "20000 with aceids and 20000 without",
            many(0..40_000, |n| (n % 2 == 0).then_some(40_000 - n)),
        ),
    ] {
        group.bench_function(format!("post {name}"), |bencher| {
            bencher.iter_batched_ref(
                Acl::new,
                |acl| acl.post(State::Rfpro, black_box(&payload)),
                BatchSize::SmallInput,
            );
        });
        let mut acl = Acl::new();
        acl.post(State::Rfpro, &payload).expect("a payload");
        group.bench_function(format!("post {name}, again"), |bencher| {
            bencher.iter(|| acl.post(State::Rfpro, black_box(&payload)));
        });
    }
    let posts: Vec<Vec<u8>> = (0..40)
        .map(|post| many(post * 1000..(post + 1) * 1000, |n| Some(n * 7919 % 40_009)))
        .collect();
    group.bench_function("post 40 times 1000 with aceids in no order", |bencher| {
        bencher.iter_batched_ref(
            Acl::new,
            |acl| {
                for payload in &posts {
                    acl.post(State::Rfpro, payload).expect("a payload");
                }
            },
            BatchSize::SmallInput,
        );
    });
    let one_by_one: Vec<Vec<u8>> = (0..1000).map(|n| many(n..n + 1, |_| None)).collect();
    group.bench_function("post 1000 times one without aceid", |bencher| {
        bencher.iter_batched_ref(
            Acl::new,
            |acl| {
                for payload in &one_by_one {
                    acl.post(State::Rfpro, payload).expect("a payload");
                }
            },
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

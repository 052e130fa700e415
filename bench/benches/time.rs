//! Time: decisions, changes, synchronisation, persistence.

use access_control::{Edit, MAX_ID, ObjectChange, Operation, Provision, RID_ACL, SSID_BOOTSTRAP};
use anjay_access_control_bench::{Bytes, CREATABLE, QUESTIONS, SIZES, engine, shuffled, target};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use std::iter;
use std::time::{Duration, Instant};

/// All of them, as often as it takes to have so many.
fn spread<T>(all: &[T], count: u64) -> impl Iterator<Item = &[T]> {
    let count = count as usize;
    let rounds = count / all.len();
    iter::repeat_n(all, rounds).chain(iter::once(&all[..count % all.len()]))
}

fn decisions(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decide");
    for size in SIZES {
        let order = shuffled(size);
        let engine = engine(&order, 0);
        engine.set_acl(CREATABLE, MAX_ID, 2, 16).expect("Create");
        // Each target once, in no order.
        let asked: Vec<_> = order.iter().map(|&n| target(n)).collect();
        for (name, ssid, operation) in QUESTIONS {
            group.bench_function(BenchmarkId::new(name, size), |bencher| {
                // In a loop of its own, for choosing a target must not count.
                bencher.iter_custom(|count| {
                    let start = Instant::now();
                    for targets in spread(&asked, count) {
                        for &(oid, iid) in targets {
                            let _ = black_box(engine.decide(ssid, operation, oid, iid));
                        }
                    }
                    start.elapsed()
                });
            });
        }
        group.bench_function(BenchmarkId::new("Create", size), |bencher| {
            bencher.iter(|| engine.decide(2, Operation::Create, black_box(CREATABLE), 7));
        });
    }
}

fn changes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("change");
    for size in SIZES {
        let order = shuffled(size);
        let engine = engine(&order, 1);
        let mut asked = order.iter().cycle();
        let mut mask = 0;
        group.bench_function(BenchmarkId::new("set_acl, existing", size), |bencher| {
            bencher.iter(|| {
                let (oid, iid) = target(*asked.next().expect("a cycle"));
                mask = (mask + 1) % 16;
                engine.set_acl(oid, iid, 2, mask)
            });
        });
        group.bench_function(BenchmarkId::new("set_owner, existing", size), |bencher| {
            bencher.iter(|| {
                let (oid, iid) = target(*asked.next().expect("a cycle"));
                engine.set_owner(oid, iid, 1, &mut { MAX_ID })
            });
        });
        let (oid, iid) = target(size);
        for (name, sets_owner) in [("set_acl, new", false), ("set_owner, new", true)] {
            group.bench_function(BenchmarkId::new(name, size), |bencher| {
                // Rolled back, so that each one is new.
                bencher.iter(|| {
                    engine.begin()?;
                    match sets_owner {
                        true => engine.set_owner(oid, iid, 1, &mut { MAX_ID })?,
                        false => engine.set_acl(oid, iid, 2, 1)?,
                    }
                    engine.rollback()
                });
            });
        }
        group.bench_function(
            BenchmarkId::new("transaction of one write", size),
            |bencher| {
                bencher.iter(|| {
                    mask = (mask + 1) % 16;
                    engine.begin()?;
                    engine.edit(5, Edit::Write(RID_ACL, 2, i64::from(mask)))?;
                    engine.validate()?;
                    engine.commit()
                });
            },
        );
    }
}

fn synchronisation(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sync");
    for size in SIZES {
        let engine = engine(&shuffled(size), 0);
        // Another Object than the one that all the others are in.
        let created = [ObjectChange {
            oid: CREATABLE,
            created: &[7],
        }];
        group.bench_function(BenchmarkId::new("one created", size), |bencher| {
            bencher.iter(|| {
                engine.begin()?;
                engine.sync(2, created.into_iter())?;
                engine.rollback()
            });
        });
        let accounts = [ObjectChange {
            oid: 0,
            created: &[],
        }];
        group.bench_function(BenchmarkId::new("accounts as before", size), |bencher| {
            bencher.iter(|| engine.sync(SSID_BOOTSTRAP, accounts.into_iter()));
        });
        // Every instance loses an entry, and gets it back.
        engine.host().gone.set(2);
        group.bench_function(BenchmarkId::new("an account removed", size), |bencher| {
            bencher.iter(|| {
                engine.begin()?;
                engine.sync(SSID_BOOTSTRAP, accounts.into_iter())?;
                engine.rollback()
            });
        });
    }
}

fn persistence(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("persistence");
    for size in SIZES {
        for (name, order) in [
            ("in order", (0..size).collect()),
            ("shuffled", shuffled(size)),
        ] {
            let engine = engine(&order, 0);
            let mut bytes = Bytes::default();
            engine.persist(&mut bytes).expect("memory");
            let id = |what| BenchmarkId::new(format!("{what}, {name}"), size);
            group.bench_function(id("persist"), |bencher| {
                bencher.iter(|| {
                    bytes.bytes.clear();
                    engine.persist(&mut bytes)
                });
            });
            group.bench_function(id("restore"), |bencher| {
                bencher.iter(|| {
                    bytes.at = 0;
                    engine.restore(&mut bytes)
                });
            });
        }
    }
}

fn provisioning(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("provision");
    for size in SIZES {
        let grants: Vec<Provision> = shuffled(size)
            .into_iter()
            .map(|n| {
                let (oid, iid) = target(n);
                Provision {
                    oid,
                    iid,
                    ssid: 2,
                    mask: 1,
                    owner: 1,
                }
            })
            .collect();
        let empty = engine(&[], size);
        group.bench_function(BenchmarkId::new("a grant for each", size), |bencher| {
            bencher.iter(|| {
                empty
                    .provision(grants.iter().copied())
                    .expect("all are allowed");
                empty.purge()
            });
        });
    }
}

fn config() -> Criterion {
    Criterion::default()
        .warm_up_time(Duration::from_millis(50))
        .measurement_time(Duration::from_millis(200))
        .sample_size(10)
        .without_plots()
}

criterion_group! {
    name = time;
    config = config();
    targets = decisions, changes, synchronisation, persistence, provisioning
}
criterion_main!(time);

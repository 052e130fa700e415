//! Each fuzz target for a short time, on inputs made from the seeds at random.
//! Finds what lies near; for the rest there is libFuzzer (`docs/hardening.md`).
//!
//! `FUZZ_SECONDS` is the time for each (10), `FUZZ_SEED` where to start.

use hardening::seeds::{self, random};
use hardening::{TARGETS, Target};
use std::time::{Duration, Instant};

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

/// Tells the input when the target panics.
struct Witness<'a>(&'a [u8]);

impl Drop for Witness<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let hex: String = self.0.iter().map(|byte| format!("{byte:02x}")).collect();
            eprintln!("input: {hex}\n{}", String::from_utf8_lossy(self.0));
        }
    }
}

fn mutate(input: &mut Vec<u8>, seeds: &[Vec<u8>], roll: &mut dyn FnMut() -> u64) {
    const BYTES: [u8; 12] = [0, 1, 2, 3, 15, 16, 31, 0x7f, 0x80, 0xff, b' ', b'\n'];
    for _ in 0..1 + roll() % 6 {
        let at = roll() as usize % (input.len() + 1);
        let end = (at + 1 + roll() as usize % 16).min(input.len());
        match roll() % 8 {
            0 if at < input.len() => input[at] ^= 1 << (roll() % 8),
            1 if at < input.len() => input[at] = roll() as u8,
            2 if at < input.len() => input[at] = BYTES[roll() as usize % BYTES.len()],
            3 => input.insert(at, BYTES[roll() as usize % BYTES.len()]),
            4 if at < end => drop(input.drain(at..end)),
            5 if at < end => input.extend_from_within(at..end),
            6 => input.truncate(input.len() - input.len().min(roll() as usize % 8)),
            _ => {
                // What stands in another seed, in the place of what stands here.
                let other = &seeds[roll() as usize % seeds.len()];
                let from = roll() as usize % (other.len() + 1);
                let to = (from + roll() as usize % 64).min(other.len());
                let end = (at + roll() as usize % 64).min(input.len());
                input.splice(at..end, other[from..to].iter().copied());
            }
        }
    }
    input.truncate(4096);
}

fn run(name: &str) {
    let (_, target): (_, Target) = TARGETS
        .into_iter()
        .find(|(known, _)| *known == name)
        .expect("a target");
    let seeds = seeds::of(name);
    assert!(!seeds.is_empty());
    let seed = setting("FUZZ_SEED", 1);
    let until = Instant::now() + Duration::from_secs(setting("FUZZ_SECONDS", 10));
    let mut roll = random(seed);
    let mut runs = 0;
    for input in &seeds {
        let _witness = Witness(input);
        target(input);
    }
    while Instant::now() < until {
        let mut input = seeds[roll() as usize % seeds.len()].clone();
        mutate(&mut input, &seeds, &mut roll);
        let _witness = Witness(&input);
        target(&input);
        runs += 1;
    }
    println!(
        "{name}: {} seeds, {runs} runs, FUZZ_SEED={seed}",
        seeds.len()
    );
}

#[test]
fn restore() {
    run("restore");
}

#[test]
fn handlers() {
    run("handlers");
}

#[test]
fn commands() {
    run("commands");
}

#[test]
fn ocf() {
    run("ocf");
}

//! What the peers share with bench/main.cc: the options, the random numbers, the hash of a row, the clock, and the
//! line of JSON. Changes are drawn from the same sequence in the same order, so that answers can be compared.
#![allow(dead_code)]

use std::time::Instant;

#[derive(Clone)]
pub struct Options {
    pub workload: String,
    pub rows: u64,
    pub groups: u64,
    pub tick: u64,
    pub ticks: u64,
    pub seconds: f64,
}

impl Options {
    pub fn parse() -> Self {
        let mut arguments = std::env::args().skip(1);
        let workload = arguments.next().expect("usage: PEER WORKLOAD [rows=N] [groups=N] [tick=N] [ticks=N] [seconds=S]");
        let mut options =
            Options { workload, rows: 1_000_000, groups: 1_000_000, tick: 1_000, ticks: 0, seconds: 0.5 };
        for argument in arguments {
            let (name, value) = argument.split_once('=').expect("NAME=VALUE");
            let value: f64 = value.parse().expect("a number");
            match name {
                "rows" => options.rows = value as u64,
                "groups" => options.groups = value as u64,
                "tick" => options.tick = value as u64,
                "ticks" => options.ticks = value as u64,
                "seconds" => options.seconds = value,
                _ => panic!("no option {name}"),
            }
        }
        options
    }
}

pub struct SplitMix64(u64);

impl SplitMix64 {
    pub fn new(seed: u64) -> Self {
        SplitMix64(seed)
    }
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e3779b97f4a7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d049bb133111eb);
        z ^ (z >> 31)
    }
    pub fn below(&mut self, bound: u64) -> u64 {
        ((self.next() as u128 * bound as u128) >> 64) as u64
    }
}

fn hash_int(mut x: u64) -> u64 {
    x ^= x >> 33;
    x = x.wrapping_mul(0xff51afd7ed558ccd);
    x ^= x >> 33;
    x = x.wrapping_mul(0xc4ceb9fe1a85ec53);
    x ^ (x >> 33)
}

/// weight * hash of the row
pub fn weighted_hash(row: &[i64], weight: i64) -> u64 {
    let hash = row.iter().fold(0u64, |seed, value| {
        hash_int(seed.wrapping_mul(0x9e3779b97f4a7c15).wrapping_add(*value as u64))
    });
    hash.wrapping_mul(weight as u64)
}

/// A row of the updated relation: key, value; and whether it comes or goes.
pub type Change = (u64, i64, i64);

/// The rows that change, and how.
pub struct Changes {
    options: Options,
    random: SplitMix64,
    values: Vec<i64>,
    oldest: u64,
    newest: i64,
}

impl Changes {
    pub fn new(options: &Options) -> Self {
        let rows = match options.workload.as_str() {
            "sum_by_key" => options.groups,
            "chain" => 100_000,
            "hydrate" => 0,
            _ => options.rows,
        };
        let mut changes =
            Changes { options: options.clone(), random: SplitMix64::new(1), values: Vec::new(), oldest: 0, newest: 0 };
        for _ in 0..rows {
            let value = changes.next_value();
            changes.values.push(value);
        }
        changes
    }
    fn grouped(&self) -> bool {
        self.options.workload.starts_with("extremes") || self.options.workload.starts_with("top_k")
    }
    fn sliding(&self) -> bool {
        self.options.workload.ends_with("sliding")
    }
    fn next_value(&mut self) -> i64 {
        if self.sliding() {
            self.newest += 1;
            return self.newest - 1;
        }
        self.random.below(if self.grouped() { 1 << 40 } else { 1_000 }) as i64
    }
    fn key(&self, row: u64) -> u64 {
        if self.grouped() {
            row % self.options.groups
        } else {
            row
        }
    }
    /// What there is at first.
    pub fn rows(&self) -> impl Iterator<Item = (u64, i64)> + '_ {
        self.values.iter().enumerate().map(|(row, value)| (self.key(row as u64), *value))
    }
    pub fn next_tick(&mut self) -> Vec<Change> {
        if self.options.workload == "hydrate" {
            let groups = self.options.groups;
            return (0..self.options.tick)
                .map(|_| (self.random.below(groups), self.random.below(1_000) as i64, 1))
                .collect();
        }
        let updates = if self.grouped() { self.options.tick / 2 } else { self.options.tick };
        let mut changes = Vec::with_capacity(2 * updates as usize);
        for _ in 0..updates {
            let count = self.values.len() as u64;
            let row = if self.sliding() {
                self.oldest += 1;
                (self.oldest - 1) % count
            } else {
                self.random.below(count)
            };
            let value = self.next_value();
            changes.push((self.key(row), self.values[row as usize], -1));
            changes.push((self.key(row), value, 1));
            self.values[row as usize] = value;
        }
        changes
    }
}

fn clock(id: i32) -> f64 {
    #[repr(C)]
    struct Timespec {
        seconds: i64,
        nanoseconds: i64,
    }
    extern "C" {
        fn clock_gettime(id: i32, time: *mut Timespec) -> i32;
    }
    let mut time = Timespec { seconds: 0, nanoseconds: 0 };
    unsafe { clock_gettime(id, &mut time) };
    time.seconds as f64 + time.nanoseconds as f64 * 1e-9
}
fn cpu_seconds() -> f64 {
    clock(2)
}

fn resident_mib_max() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

/// A loaded workload: run() makes one tick of these changes.
pub trait Ticks {
    fn run(&mut self, changes: Vec<Change>);
    fn answer(&self) -> u64;
}

/// Blocks of ticks are made before the clock starts, as in bench/main.cc.
pub fn measure(engine: &str, options: &Options, changes: &mut Changes, ticks: &mut dyn Ticks) {
    let (mut wall, mut cpu) = (0.0, 0.0);
    let mut each = Vec::new();
    let mut block = |count: u64, measured: bool, ticks: &mut dyn Ticks| {
        let prepared: Vec<_> = (0..count).map(|_| changes.next_tick()).collect();
        let (cpu_begin, begin) = (cpu_seconds(), Instant::now());
        let mut last = begin;
        for tick in prepared {
            ticks.run(tick);
            if measured {
                let now = Instant::now();
                each.push((now - last).as_secs_f64());
                last = now;
            }
        }
        if measured {
            wall += (last - begin).as_secs_f64();
            cpu += cpu_seconds() - cpu_begin;
        }
        cpu
    };
    if options.ticks > 0 {
        block(options.ticks, true, ticks);
    } else {
        let count = (20_000 / options.tick).max(1);
        let warm = Instant::now();
        while warm.elapsed().as_secs_f64() < options.seconds {
            block(count, false, ticks);
        }
        while block(count, true, ticks) < options.seconds {}
    }
    let total = (each.len() as u64 * options.tick) as f64;
    each.sort_by(|a, b| a.partial_cmp(b).unwrap());
    let percentile = |share: f64| 1e6 * each[(share * (each.len() - 1) as f64) as usize];
    println!(
        "{{\"engine\": \"{engine}\", \"changes_per_s\": {:.0}, \"changes_per_cpu_s\": {:.0}, \"tick_us_p50\": {:.2}, \
         \"tick_us_p99\": {:.2}, \"tick_us_max\": {:.2}, \"rss_mib_max\": {}, \"answer\": \"{:016x}\"}}",
        total / wall,
        total / cpu,
        percentile(0.5),
        percentile(0.99),
        percentile(1.0),
        resident_mib_max(),
        ticks.answer()
    );
}

//! The workloads on dbsp, one worker, in memory, one transaction a tick; linear aggregates where there is one.
#[path = "../workload.rs"]
mod workload;

use workload::{measure, weighted_hash, Change, Changes, Options, Ticks};
use dbsp::operator::{Max, Min};
use dbsp::typed_batch::IndexedZSetReader;
use dbsp::utils::{Tup2, Tup3};
use dbsp::{DBSPHandle, IndexedZSetHandle, OrdIndexedZSet, RootCircuit, Runtime, Stream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const DIMENSION_ROWS: u64 = 100_000;
const DIMENSION_GROUPS: u64 = 1_000;

type Rows = Stream<RootCircuit, OrdIndexedZSet<u64, i64>>;

struct Running {
    circuit: DBSPHandle,
    input: IndexedZSetHandle<u64, i64>,
    answer: Arc<AtomicU64>,
}

impl Running {
    fn finish_tick(&mut self) {
        self.circuit.transaction().unwrap();
    }
}

impl Ticks for Running {
    fn run(&mut self, changes: Vec<Change>) {
        let mut rows: Vec<_> =
            changes.into_iter().map(|(key, value, weight)| Tup2(key, Tup2(value, weight))).collect();
        self.input.append(&mut rows);
        self.finish_tick();
    }
    fn answer(&self) -> u64 {
        self.answer.load(Ordering::Relaxed)
    }
}

fn main() {
    let options = Options::parse();
    let mut changes = Changes::new(&options);
    let answer = Arc::new(AtomicU64::new(0));
    let (workload, sum) = (options.workload.clone(), answer.clone());
    let (circuit, (input, right)) = Runtime::init_circuit(1, move |circuit| {
        let (rows, input) = circuit.add_input_indexed_zset::<u64, i64>();
        let (dimension, right) = circuit.add_input_indexed_zset::<u64, i64>();
        plan(&workload, &rows, &dimension, sum);
        Ok((input, right))
    })
    .unwrap();
    let mut running = Running { circuit, input, answer };
    let mut dimension: Vec<_> = match options.workload.as_str() {
        "join" => (0..options.rows).map(|i| Tup2(i, Tup2(3 * i as i64, 1))).collect(),
        "chain" => (0..DIMENSION_ROWS).map(|i| Tup2(i, Tup2((i % DIMENSION_GROUPS) as i64, 1))).collect(),
        _ => Vec::new(),
    };
    right.append(&mut dimension);
    let rows: Vec<_> = changes.rows().map(|(key, value)| Tup2(key, Tup2(value, 1))).collect();
    for part in rows.chunks(100_000) {
        running.input.append(&mut part.to_vec());
        running.finish_tick();
    }
    drop(rows);
    measure("dbsp", &options, &mut changes, &mut running);
}

fn add(sum: &Arc<AtomicU64>, row: &[i64], weight: i64) {
    sum.fetch_add(weighted_hash(row, weight), Ordering::Relaxed);
}

fn plan(workload: &str, rows: &Rows, dimension: &Rows, sum: Arc<AtomicU64>) {
    match workload {
        "sum_by_key" | "hydrate" => {
            sums(rows).inspect(move |batch| {
                batch.iter().for_each(|(key, value, weight)| add(&sum, &[key as i64, value.0, value.1], weight))
            });
        }
        "join" => {
            rows.join(dimension, |key, left, right| Tup3(*key as i64, *left, *right)).inspect(move |batch| {
                batch.iter().for_each(|(row, _, weight)| add(&sum, &[row.0, row.1, row.2], weight))
            });
        }
        "chain" => {
            let mut rows = rows.clone();
            for i in 0..5i64 {
                rows = rows.map_index(|(key, value)| (*key, *value)).filter(move |(key, _)| **key as i64 != -1 - i);
            }
            let joined = rows.join_index(dimension, |_, value, group| Some((*group as u64 + 1, *value)));
            sums(&joined)
                .filter(|(_, value)| value.1 > 0)
                .map_index(|(key, value)| (*key, Tup2(value.0 * 2, value.1)))
                .inspect(move |batch| {
                    batch.iter().for_each(|(key, value, weight)| add(&sum, &[key as i64, value.0, value.1], weight))
                });
        }
        "extremes" | "extremes_sliding" => {
            let greatest = sum.clone();
            rows.aggregate(Min).inspect(move |batch| {
                batch.iter().for_each(|(key, value, weight)| add(&sum, &[key as i64, 0, value], weight))
            });
            rows.aggregate(Max).inspect(move |batch| {
                batch.iter().for_each(|(key, value, weight)| add(&greatest, &[key as i64, 1, value], weight))
            });
        }
        "top_k" | "top_k_sliding" => {
            rows.topk_desc(10).inspect(move |batch| {
                batch.iter().for_each(|(key, value, weight)| add(&sum, &[key as i64, value], weight))
            });
        }
        other => panic!("no workload {other}"),
    }
}

fn sums(rows: &Rows) -> Stream<RootCircuit, OrdIndexedZSet<u64, Tup2<i64, i64>>> {
    rows.aggregate_linear(|value| Tup2(*value, 1))
}

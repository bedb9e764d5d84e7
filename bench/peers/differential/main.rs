//! The workloads on differential-dataflow, one worker, each by its best known plan: sums as a difference that is
//! counted (`explode` and `count_total`), min, max and top-k as a hierarchy of reductions as Materialize plans them.
#[path = "../workload.rs"]
mod workload;

use workload::{measure, weighted_hash, Change, Changes, Options, Ticks};
use differential_dataflow::input::{Input, InputSession};
use differential_dataflow::operators::CountTotal;
use differential_dataflow::VecCollection;
use std::cell::Cell;
use std::rc::Rc;
use timely::dataflow::ProbeHandle;
use timely::worker::Worker;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const DIMENSION_ROWS: u64 = 100_000;
const DIMENSION_GROUPS: u64 = 1_000;

/// Columns that a workload's answer does not have are zero.
type Row = [i64; 3];
type Rows<'scope> = VecCollection<'scope, u64, (u64, i64), isize>;

struct Running<'a> {
    worker: &'a mut Worker,
    input: InputSession<u64, (u64, i64), isize>,
    probe: ProbeHandle<u64>,
    answer: Rc<Cell<u64>>,
}

impl Running<'_> {
    fn finish_tick(&mut self) {
        let next = self.input.time() + 1;
        self.input.advance_to(next);
        self.input.flush();
        let (probe, input) = (&self.probe, &self.input);
        self.worker.step_while(|| probe.less_than(input.time()));
    }
}

impl Ticks for Running<'_> {
    fn run(&mut self, changes: Vec<Change>) {
        for (key, value, weight) in changes {
            self.input.update((key, value), weight as isize);
        }
        self.finish_tick();
    }
    fn answer(&self) -> u64 {
        self.answer.get()
    }
}

fn main() {
    let options = Options::parse();
    timely::execute_directly(move |worker| {
        let mut changes = Changes::new(&options);
        let answer = Rc::new(Cell::new(0u64));
        let probe = ProbeHandle::new();
        let (input, mut right) = worker.dataflow::<u64, _, _>(|scope| {
            let (input, rows) = scope.new_collection::<(u64, i64), isize>();
            let (right, dimension) = scope.new_collection::<(u64, i64), isize>();
            let sum = answer.clone();
            let hash = row_hash(&options.workload);
            plan(&options, rows, dimension)
                .inspect(move |(row, _, weight)| sum.set(sum.get().wrapping_add(hash(row, *weight as i64))))
                .probe_with(&probe);
            (input, right)
        });
        let mut running = Running { worker, input, probe, answer };
        match options.workload.as_str() {
            "join" => (0..options.rows).for_each(|i| right.update((i, 3 * i as i64), 1)),
            "chain" => (0..DIMENSION_ROWS).for_each(|i| right.update((i, (i % DIMENSION_GROUPS) as i64), 1)),
            _ => (),
        }
        right.close();
        for (i, row) in changes.rows().enumerate() {
            running.input.update(row, 1);
            if i % 100_000 == 99_999 {
                running.finish_tick();
            }
        }
        running.finish_tick();
        measure("differential", &options, &mut changes, &mut running);
    });
}

fn plan<'scope>(options: &Options, rows: Rows<'scope>, dimension: Rows<'scope>) -> VecCollection<'scope, u64, Row, isize> {
    let group_rows = options.rows / options.groups.max(1);
    match options.workload.as_str() {
        "sum_by_key" | "hydrate" => sums(rows),
        "join" => rows.join_map(dimension, |key, left, right| [*key as i64, *left, *right]),
        "chain" => chain(rows, dimension),
        "extremes" | "extremes_sliding" => extremes(rows, group_rows),
        "top_k" | "top_k_sliding" => top_k(rows, group_rows),
        other => panic!("no workload {other}"),
    }
}

fn sums(rows: Rows) -> VecCollection<u64, Row, isize> {
    rows.explode(|(key, value)| Some((key, (value as isize, 1isize))))
        .count_total()
        .map(|(key, (sum, count))| [key as i64, sum as i64, count as i64])
}

fn chain<'scope>(mut rows: Rows<'scope>, dimension: Rows<'scope>) -> VecCollection<'scope, u64, Row, isize> {
    for i in 0..5u64 {
        rows = rows.map(|(key, value)| (key, value)).filter(move |(key, _)| *key as i64 != -1 - i as i64);
    }
    let joined = rows.join_map(dimension, |_, value, group| (*group as u64 + 1, *value));
    sums(joined).filter(|[_, _, count]| *count > 0).map(|[group, sum, count]| [group, sum * 2, count])
}

/// The numbers of buckets of a group, from many to one, as Materialize chooses them: 16 into one.
fn levels(group_rows: u64) -> Vec<u64> {
    let mut buckets = vec![1];
    while buckets.last().unwrap() * 16 < group_rows {
        buckets.push(buckets.last().unwrap() * 16);
    }
    buckets.reverse();
    buckets
}

fn bucket(value: i64, buckets: u64) -> u64 {
    (value as u64).wrapping_mul(0x9e3779b97f4a7c15).rotate_left(20) % buckets
}

fn extremes(mut rows: Rows, group_rows: u64) -> VecCollection<u64, Row, isize> {
    for buckets in levels(group_rows).into_iter().filter(|buckets| *buckets > 1) {
        rows = rows
            .map(move |(group, value)| ((group, bucket(value, buckets)), value))
            .reduce(|_, values, out| {
                let (least, greatest) = (*values[0].0, *values[values.len() - 1].0);
                out.push((least, 1isize));
                if greatest != least {
                    out.push((greatest, 1));
                }
            })
            .map(|((group, _), value)| (group, value));
    }
    rows.reduce(|_, values, out| out.push(((*values[0].0, *values[values.len() - 1].0), 1isize)))
        .map(|(group, (least, greatest))| [group as i64, least, greatest])
}

fn top_k(mut rows: Rows, group_rows: u64) -> VecCollection<u64, Row, isize> {
    for buckets in levels(group_rows) {
        rows = rows
            .map(move |(group, value)| ((group, bucket(value, buckets)), -value))
            .reduce(|_, values, out| {
                let mut left = 10;
                for (value, count) in values {
                    let taken = left.min(*count);
                    out.push((**value, taken));
                    left -= taken;
                    if left == 0 {
                        break;
                    }
                }
            })
            .map(|((group, _), value)| (group, -value));
    }
    rows.map(|(group, value)| [group as i64, value, 0])
}

fn row_hash(workload: &str) -> fn(&Row, i64) -> u64 {
    match workload {
        "extremes" | "extremes_sliding" => |row, weight| {
            weighted_hash(&[row[0], 0, row[1]], weight).wrapping_add(weighted_hash(&[row[0], 1, row[2]], weight))
        },
        "top_k" | "top_k_sliding" => |row, weight| weighted_hash(&row[..2], weight),
        _ => |row, weight| weighted_hash(row, weight),
    }
}

//! Processes and what they cost: time on the wall, time on the processor, the most memory.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::time::Instant;

/// What a child found out, by name.
pub type Measured = BTreeMap<String, i64>;

/// Clock ticks of /proc in a second; Linux has said 100 for decades.
const TICKS_PER_S: i64 = 100;

pub fn setting(name: &str, usual: i64) -> i64 {
    match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name}={text:?} is no number")),
        Err(_) => usual,
    }
}

/// Runs this very program again; it answers lines of `name value`.
pub fn run_child(arguments: &[&str]) -> Measured {
    let ourselves = std::env::current_exe().unwrap();
    let output = Command::new(ourselves)
        .arg("child")
        .args(arguments)
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?} ended with {}", output.status);
    let parse = |line: &str| {
        let (name, value) = line.rsplit_once(' ').unwrap();
        (name.to_owned(), value.parse().unwrap())
    };
    String::from_utf8(output.stdout).unwrap().lines().map(parse).collect()
}

pub fn tell(name: &str, value: i64) {
    println!("{name} {value}");
}

/// The median of what several children found.
pub fn median_of(children: &[Measured], name: &str) -> i64 {
    median(children.iter().map(|child| child[name]).collect())
}

pub fn median(mut values: Vec<i64>) -> i64 {
    values.sort_unstable();
    values[values.len() / 2]
}

/// A stretch of work.
pub struct Watch {
    began: Instant,
    cpu_ms: i64,
}

impl Watch {
    pub fn start() -> Self {
        // What it takes to look that up is not part of the stretch.
        let cpu_ms = cpu_ms();
        Self { began: Instant::now(), cpu_ms }
    }

    pub fn us(&self) -> i64 {
        self.began.elapsed().as_micros() as i64
    }

    /// Tells both times of the stretch, and the most memory that the process ever held.
    pub fn tell(&self) {
        tell("wall_us", self.us());
        tell("cpu_ms", cpu_ms() - self.cpu_ms);
        tell("peak_kb", memory_kb("self", "VmHWM:").unwrap_or(0));
    }
}

fn cpu_ms() -> i64 {
    cpu_ms_of(std::process::id())
}

/// Of all threads of a process; 0 where there is no /proc.
pub fn cpu_ms_of(process: u32) -> i64 {
    let path = format!("/proc/{process}/stat");
    let Ok(stat) = std::fs::read_to_string(path) else { return 0 };
    // The second field may hold blanks, but ends with the last bracket.
    let rest = stat.rsplit(')').next().unwrap();
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks = |index: usize| fields[index].parse::<i64>().unwrap();
    (ticks(11) + ticks(12)) * 1_000 / TICKS_PER_S
}

/// A line of /proc/PID/status; `None` where there is no /proc.
pub fn memory_kb(process: &str, line: &str) -> Option<i64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let found = status.lines().find(|text| text.starts_with(line))?;
    found.split_whitespace().nth(1)?.parse().ok()
}

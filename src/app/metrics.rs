//! `/metrics`: how the program fares, as text for Prometheus. Every metric stands in one list.
//! Whoever asks needs a token; names of connections are told, and nothing of orders or people.

use std::fmt::Write;

use actix_web::{HttpResponse, web};

use crate::reports::machine::{self, Counted};
use crate::store::{Db, StoreError};
use crate::web::error::AppError;
use crate::web::metrics::{self, BUCKETS, Requests};
use crate::web::state::{Shared, off_thread};

struct Metric {
    name: &'static str,
    kind: &'static str,
    help: &'static str,
    /// Writes the samples.
    write: fn(&Metric, &Looked, &mut String),
}

static METRICS: &[Metric] = &[
    Metric { name: "purser_build_info", kind: "gauge", help: "1, with the version.", write: build },
    Metric {
        name: "purser_uptime_seconds",
        kind: "gauge",
        help: "Since the start.",
        write: uptime,
    },
    Metric {
        name: "purser_http_requests_total",
        kind: "counter",
        help: "Answers by the class of their status.",
        write: requests,
    },
    Metric {
        name: "purser_http_request_duration_seconds",
        kind: "histogram",
        help: "From the request's head to the answer's.",
        write: durations,
    },
    Metric { name: "purser_jobs", kind: "gauge", help: "Jobs of the history.", write: jobs },
    Metric {
        name: "purser_syncs",
        kind: "gauge",
        help: "Turns of the connections in the history by outcome.",
        write: syncs,
    },
    Metric { name: "purser_pushes", kind: "gauge", help: "Writes on channels.", write: pushes },
    Metric {
        name: "purser_database_bytes",
        kind: "gauge",
        help: "The database's file.",
        write: |metric, looked, out| one(metric, looked.bytes.0, out),
    },
    Metric {
        name: "purser_database_log_bytes",
        kind: "gauge",
        help: "The write-ahead log.",
        write: |metric, looked, out| one(metric, looked.bytes.1, out),
    },
    Metric {
        name: "purser_writer_queue",
        kind: "gauge",
        help: "Writes that wait.",
        write: |metric, looked, out| one(metric, looked.waiting as u64, out),
    },
    Metric {
        name: "purser_disk_free_bytes",
        kind: "gauge",
        help: "Of the data folder's disk.",
        write: |metric, looked, out| maybe(metric, looked.free, out),
    },
    Metric {
        name: "purser_disk_low",
        kind: "gauge",
        help: "1 while syncs and imports pause.",
        write: |metric, looked, out| one(metric, u64::from(looked.is_low), out),
    },
    Metric {
        name: "purser_memory_bytes",
        kind: "gauge",
        help: "Resident memory of the process.",
        write: |metric, looked, out| maybe(metric, looked.memory, out),
    },
];

struct Looked {
    requests: metrics::Counted,
    jobs: Vec<Counted>,
    syncs: Vec<Counted>,
    pushes: Vec<Counted>,
    bytes: (u64, u64),
    waiting: usize,
    free: Option<u64>,
    is_low: bool,
    memory: Option<u64>,
}

pub async fn answer(
    state: Shared,
    requests: web::Data<Requests>,
) -> Result<HttpResponse, AppError> {
    let (db, requests) = (state.db.clone(), requests.counted());
    let looked = off_thread(move || look(&db, requests)).await??;
    let media = "text/plain; version=0.0.4; charset=utf-8";
    Ok(HttpResponse::Ok().content_type(media).body(write(&looked)))
}

fn look(db: &Db, requests: metrics::Counted) -> Result<Looked, StoreError> {
    let room = db.room().get();
    let (jobs, syncs, pushes) = db.read(|reader| {
        Ok((machine::jobs(reader)?, machine::syncs(reader)?, machine::pushes(reader)?))
    })?;
    Ok(Looked {
        requests,
        jobs,
        syncs,
        pushes,
        bytes: db.bytes(),
        waiting: db.waiting(),
        free: room.free,
        is_low: room.is_low(),
        memory: memory(),
    })
}

fn write(looked: &Looked) -> String {
    let mut out = String::new();
    for metric in METRICS {
        let _ = writeln!(out, "# HELP {} {}", metric.name, metric.help);
        let _ = writeln!(out, "# TYPE {} {}", metric.name, metric.kind);
        (metric.write)(metric, looked, &mut out);
    }
    out
}

fn one(metric: &Metric, value: u64, out: &mut String) {
    let _ = writeln!(out, "{} {value}", metric.name);
}

/// Nothing where it is not known: 0 would be a lie.
fn maybe(metric: &Metric, value: Option<u64>, out: &mut String) {
    if let Some(value) = value {
        one(metric, value, out);
    }
}

fn build(metric: &Metric, _: &Looked, out: &mut String) {
    let version = env!("CARGO_PKG_VERSION");
    let _ = writeln!(out, "{}{{version=\"{version}\"}} 1", metric.name);
}

fn uptime(metric: &Metric, looked: &Looked, out: &mut String) {
    one(metric, looked.requests.uptime_s, out);
}

fn requests(metric: &Metric, looked: &Looked, out: &mut String) {
    for (at, count) in looked.requests.by_class.iter().enumerate() {
        let _ = writeln!(out, "{}{{class=\"{}xx\"}} {count}", metric.name, at + 1);
    }
}

fn durations(metric: &Metric, looked: &Looked, out: &mut String) {
    let (name, counted) = (metric.name, &looked.requests);
    for ((_, label), count) in BUCKETS.iter().zip(counted.by_bucket) {
        let _ = writeln!(out, "{name}_bucket{{le=\"{label}\"}} {count}");
    }
    let all: u64 = counted.by_class.iter().sum();
    let _ = writeln!(out, "{name}_bucket{{le=\"+Inf\"}} {all}");
    let (seconds, micros) = (counted.micros / 1_000_000, counted.micros % 1_000_000);
    let _ = writeln!(out, "{name}_sum {seconds}.{micros:06}");
    let _ = writeln!(out, "{name}_count {all}");
}

fn jobs(metric: &Metric, looked: &Looked, out: &mut String) {
    labelled(metric, &looked.jobs, ("kind", "state"), out);
}

fn syncs(metric: &Metric, looked: &Looked, out: &mut String) {
    labelled(metric, &looked.syncs, ("connection", "outcome"), out);
}

fn pushes(metric: &Metric, looked: &Looked, out: &mut String) {
    for (fate, _, count) in &looked.pushes {
        let _ = writeln!(out, "{}{{fate=\"{}\"}} {count}", metric.name, escape(fate));
    }
}

fn labelled(metric: &Metric, rows: &[Counted], names: (&str, &str), out: &mut String) {
    for (first, second, count) in rows {
        let (first, second) = (escape(first), escape(second));
        let labels = format!("{}=\"{first}\",{}=\"{second}\"", names.0, names.1);
        let _ = writeln!(out, "{}{{{labels}}} {count}", metric.name);
    }
}

/// As the format wants it inside quotes.
fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// Of this process, where the system tells it in a file.
fn memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looked() -> Looked {
        let requests = Requests::default();
        requests.count(200, 800);
        requests.count(404, 1_000_001);
        Looked {
            requests: metrics::Counted { uptime_s: 61, ..requests.counted() },
            jobs: vec![("pull".to_owned(), "done".to_owned(), 3)],
            syncs: vec![("a \"b\"\n\\c".to_owned(), "ok".to_owned(), 2)],
            pushes: vec![("confirmed".to_owned(), String::new(), 7)],
            bytes: (4_096, 0),
            waiting: 1,
            free: None,
            is_low: true,
            memory: Some(1_024),
        }
    }

    #[test]
    fn the_text_is_as_prometheus_reads_it() {
        let text = write(&looked());
        for line in [
            "# TYPE purser_http_request_duration_seconds histogram",
            "purser_uptime_seconds 61",
            "purser_http_requests_total{class=\"4xx\"} 1",
            "purser_http_request_duration_seconds_bucket{le=\"0.001\"} 1",
            "purser_http_request_duration_seconds_bucket{le=\"5\"} 2",
            "purser_http_request_duration_seconds_bucket{le=\"+Inf\"} 2",
            "purser_http_request_duration_seconds_sum 1.000801",
            "purser_http_request_duration_seconds_count 2",
            "purser_jobs{kind=\"pull\",state=\"done\"} 3",
            "purser_syncs{connection=\"a \\\"b\\\"\\n\\\\c\",outcome=\"ok\"} 2",
            "purser_pushes{fate=\"confirmed\"} 7",
            "purser_database_bytes 4096",
            "purser_writer_queue 1",
            "purser_disk_low 1",
            "purser_memory_bytes 1024",
        ] {
            assert!(text.lines().any(|one| one == line), "{line} in\n{text}");
        }
        let is_told = text.lines().any(|line| line.starts_with("purser_disk_free_bytes "));
        assert!(!is_told, "what is not known is not told");
        let typed = text.lines().filter(|line| line.starts_with("# TYPE")).count();
        assert_eq!(typed, METRICS.len());
    }
}

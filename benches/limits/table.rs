//! The one table at the end.

pub struct Table {
    title: String,
    rows: Vec<[String; 3]>,
}

impl Table {
    pub fn new(title: String) -> Self {
        Self { title, rows: Vec::new() }
    }

    pub fn add(&mut self, what: impl Into<String>, value: String, beside: impl Into<String>) {
        self.rows.push([what.into(), value, beside.into()]);
    }

    pub fn print(&self) {
        let width = |column: usize| {
            self.rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0)
        };
        let (what, value) = (width(0), width(1));
        println!("\n{}\n", self.title);
        for [name, number, beside] in &self.rows {
            println!("{}", format!("{name:<what$}  {number:>value$}  {beside}").trim_end());
        }
    }
}

/// `12_345` hundredths of a unit as `123.45`.
pub fn hundredths(value: i64, unit: &str) -> String {
    format!("{}.{:02} {unit}", value / 100, value % 100)
}

pub fn seconds(us: i64) -> String {
    hundredths(us / 10_000, "s")
}

pub fn milliseconds(us: i64) -> String {
    hundredths(us / 10, "ms")
}

/// What may take microseconds.
pub fn short(ns: i64) -> String {
    match ns {
        ..1_000_000 => hundredths(ns / 10, "µs"),
        _ => milliseconds(ns / 1_000),
    }
}

pub fn megabytes(kb: i64) -> String {
    format!("{} MB", (kb + 512) / 1_024)
}

//! Where the program says what it does: lines on stderr (JSON on request), and of a server JSON in
//! files of limited size in the data folder.
//! `PURSER_LOG` sets the level (`info`, `purser=debug`), `PURSER_LOG_FORMAT=json` the form.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tracing::Subscriber;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{EnvFilter, Layer};

use crate::base::Instant;
use crate::base::time::Stopwatch;
use crate::store::files;

/// Of a server; a command says on stderr only what its user must know.
const USUAL: &str = "warn,purser=info";
const QUIET: &str = "warn,purser::jobs=error";

/// One file, and how many there are at most: what is older is overwritten by what is newer.
const FILE_BYTES_MAX: u64 = 10 * 1024 * 1024;
const FILES_MAX: u32 = 5;
/// Twelve months, as SECURITY keeps logs.
const KEPT: Duration = Duration::from_secs(365 * 86_400);
/// A file that is not full is ended after so long, so that no line outlives `KEPT` in it.
const FILE_AGE_MAX: Duration = Duration::from_secs(60 * 86_400);

#[derive(Clone, Copy, Debug)]
enum Form {
    Lines,
    Json,
}

/// Once, at the start; a second call does nothing.
pub fn begin(is_server: bool) {
    let usual = if is_server { USUAL } else { QUIET };
    let filter = EnvFilter::try_from_env("PURSER_LOG").unwrap_or_else(|_| EnvFilter::new(usual));
    let is_json = std::env::var("PURSER_LOG_FORMAT").is_ok_and(|form| form == "json");
    let form = if is_json { Form::Json } else { Form::Lines };
    // An error means that somebody already listens.
    let listener = listener(filter, form, std::io::stderr, || Page);
    let _ = tracing::subscriber::set_global_default(listener);
}

/// From now on what is said is kept in files as well.
///
/// # Errors
/// Where the folder or the file cannot be made.
pub fn keep_in(folder: &Path, now: Instant) -> anyhow::Result<()> {
    let kept = Rotating::open(folder, (FILE_BYTES_MAX, FILES_MAX), now)?;
    // Whoever serves twice in one process goes on with the first one's files.
    let _ = KEPT_IN.set(Mutex::new(kept));
    Ok(())
}

static KEPT_IN: OnceLock<Mutex<Rotating>> = OnceLock::new();

fn listener<W, F>(
    filter: EnvFilter,
    form: Form,
    writer: W,
    file: F,
) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
    F: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let said = tracing_subscriber::fmt::layer().with_writer(writer);
    let said = match form {
        Form::Lines => said.with_target(false).with_ansi(false).boxed(),
        Form::Json => said.json().boxed(),
    };
    let kept = tracing_subscriber::fmt::layer().json().with_writer(file);
    Box::new(tracing_subscriber::registry().with(filter).with(said).with(kept))
}

/// Writes into the files, once there are some.
struct Page;

impl Write for Page {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        if let Some(kept) = KEPT_IN.get() {
            kept.lock().unwrap_or_else(PoisonError::into_inner).append(line);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// `purser.log`, and as it fills `purser.1.log` and so on, the oldest last.
#[derive(Debug)]
struct Rotating {
    folder: PathBuf,
    file: Option<File>,
    bytes: u64,
    /// How old the file was when it was opened, and how long ago that was.
    age: (Duration, Stopwatch),
    bytes_max: u64,
    files_max: u32,
}

impl Rotating {
    fn open(
        folder: &Path,
        (bytes_max, files_max): (u64, u32),
        now: Instant,
    ) -> anyhow::Result<Self> {
        files::make_private_folder(folder)?;
        sweep(folder, now);
        let age = (Duration::ZERO, Stopwatch::start());
        let folder = folder.to_owned();
        let mut kept = Self { folder, file: None, bytes: 0, age, bytes_max, files_max };
        kept.begin()?;
        let about = std::fs::metadata(kept.path(0))?;
        let begun = about.created().or_else(|_| about.modified());
        kept.age.0 =
            begun.ok().and_then(Instant::of_file).map_or(Duration::ZERO, |at| now.since(at));
        Ok(kept)
    }

    fn begin(&mut self) -> anyhow::Result<()> {
        let mut file = files::open_private(&self.path(0))?;
        self.bytes = file.seek(SeekFrom::End(0))?;
        self.file = Some(file);
        self.age = (Duration::ZERO, Stopwatch::start());
        Ok(())
    }

    fn path(&self, number: u32) -> PathBuf {
        match number {
            0 => self.folder.join("purser.log"),
            number => self.folder.join(format!("purser.{number}.log")),
        }
    }

    /// A line that cannot be kept, as on a full disk, is lost; the program goes on.
    fn append(&mut self, line: &[u8]) {
        let is_full = self.bytes + line.len() as u64 > self.bytes_max;
        let is_old = self.age.0 + self.age.1.elapsed() > FILE_AGE_MAX;
        if self.bytes > 0 && (is_full || is_old) {
            self.turn();
        }
        if let Some(file) = &mut self.file
            && file.write_all(line).is_ok()
        {
            self.bytes += line.len() as u64;
        }
    }

    fn turn(&mut self) {
        self.file = None;
        let _ = std::fs::remove_file(self.path(self.files_max - 1));
        for number in (0..self.files_max - 1).rev() {
            let _ = std::fs::rename(self.path(number), self.path(number + 1));
        }
        let _ = self.begin();
    }
}

/// What is older than it may be kept goes.
fn sweep(folder: &Path, now: Instant) {
    let listed = std::fs::read_dir(folder).into_iter().flatten().flatten();
    for path in listed.map(|entry| entry.path()) {
        let is_log = path.extension().is_some_and(|end| end == "log");
        let modified = std::fs::metadata(&path).and_then(|file| file.modified()).ok();
        let written = modified.and_then(Instant::of_file);
        if is_log && written.is_some_and(|written| now.since(written) > KEPT) {
            let _ = std::fs::remove_file(&path);
        }
    }
}

#[cfg(test)]
mod tests;

//! The job that takes a file in: queued when it was recognised, and taken up again from its first
//! row when the program dies. What is known already is not written twice, so the end is the same.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::ctx::Tools;
use super::reader::{self, Source};
use super::room;
use super::take_back::take_back;
use super::taking::{Outcome, Taking, read_all};
use crate::base::Currency;
use crate::base::id::{ImportId, JobId, UserId};
use crate::connectors::contract::Seen;
use crate::connectors::fault::FileFault;
use crate::domain::understood::Understood;
use crate::jobs::{JobFault, JobKind, Lease, runner};
use crate::store::imports::{self, NewImport};
use crate::store::stores;
use crate::store::vault::Customer;
use crate::store::{Lane, Reader, StoreError, Tx, changes, jobs};

/// The job that computes what an import changed; its kind stands in `app/jobs.rs`.
pub const BOOKS_JOB: &str = "books";

/// Told with every import of orders while the key file is missing.
const LOCKED: &str = "The key file is missing or another one, so these orders cannot be matched \
    to their customers. Put purser.key back and import the file again.";

pub static IMPORT: JobKind<Tools> = JobKind { name: "import", run: run_job };

/// What the user asked for.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Request {
    pub path: PathBuf,
    pub file_name: String,
    /// `None`: told by the content.
    pub format: Option<String>,
    pub store: Option<String>,
    pub currency: Option<Currency>,
    pub time_zone: Option<String>,
    /// An upload of ours, removed when it was read.
    pub delete_after: bool,
    #[serde(default)]
    pub user: Option<UserId>,
    /// The file as the user has it, where `path` is what was unpacked from it.
    #[serde(default)]
    pub original: Option<Original>,
    /// What the user should know before the first row.
    #[serde(default)]
    pub told: Vec<String>,
    /// Where the rows were refused before.
    #[serde(default)]
    pub again: Option<Again>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Original {
    pub hash: [u8; 32],
    pub bytes: u64,
}

/// Rows of an earlier import that are tried again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Again {
    pub parent: ImportId,
    /// The first line of each in the file that was made of them, and its number in the database.
    pub rows: Vec<(i64, i64)>,
}

#[derive(Serialize, Deserialize)]
struct Payload {
    import: ImportId,
    request: Request,
}

#[derive(Debug, thiserror::Error)]
pub enum ImportFault {
    #[error("{file} was not taken in. {fault}")]
    File { file: String, fault: FileFault },
    /// What the user must say beside the file.
    #[error("{0}")]
    Usage(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ImportFault {
    /// The file that it is about, where it is about one.
    pub fn file(&self) -> Option<&str> {
        match self {
            Self::File { file, .. } => Some(file),
            Self::Usage(_) | Self::Store(_) => None,
        }
    }
}

/// Recognises the file and queues its import.
///
/// # Errors
/// `File` where it is of no known format, `Usage` where a store or currency is lacking. Then
/// nothing was written.
pub fn enqueue(tools: &Tools, request: Request) -> Result<(ImportId, JobId), ImportFault> {
    let source = open(&request)?;
    check(tools, &request, &source)?;
    let format = source.format.name;
    let (hash, bytes) = match &request.original {
        Some(original) => (original.hash, original.bytes as i64),
        None => (source.hash, source.bytes as i64),
    };
    let queued = tools.db.write(Lane::Interactive, move |tx| {
        let store = match &request.store {
            Some(name) => stores::find_store_for_write(tx, name)?,
            None => None,
        };
        let import = imports::insert_import(
            tx,
            &NewImport {
                format,
                file_name: &request.file_name,
                file_hash: Some(hash),
                file_bytes: bytes,
                store: store.map(|store| store.id),
                user: request.user,
                parent: request.again.as_ref().map(|again| again.parent),
            },
        )?;
        let payload = serde_json::to_string(&Payload { import, request })
            .map_err(|fault| StoreError::Internal(fault.to_string()))?;
        let job = runner::push(tx, IMPORT.name, "import", &payload, None)?;
        Ok((import, job))
    })?;
    tools.signal.wake();
    Ok(queued)
}

/// What an import was asked with, as long as its job is remembered.
///
/// # Errors
/// `StoreError` of the database.
pub fn find_request(reader: &Reader<'_>, import: ImportId) -> Result<Option<Request>, StoreError> {
    let job = jobs::find_job_of(reader, IMPORT.name, ("import", import.0))?;
    let payload = job.and_then(|job| serde_json::from_str::<Payload>(&job.payload).ok());
    Ok(payload.map(|payload| payload.request))
}

/// What a file is, before anything is asked or queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recognised {
    pub format: &'static str,
    pub label: &'static str,
    pub needs_store: bool,
    pub seen: Seen,
}

/// # Errors
/// `File` where it is of no known format, or not of the one that was named.
pub fn recognise(request: &Request) -> Result<Recognised, ImportFault> {
    let named = request.format.as_deref();
    let (_, format) = reader::recognise(&request.path, &request.file_name, named)
        .map_err(|fault| ImportFault::File { file: request.file_name.clone(), fault })?;
    let (label, needs_store, seen) = (format.label, format.needs_store, format.seen);
    Ok(Recognised { format: format.name, label, needs_store, seen })
}

fn open(request: &Request) -> Result<Source, ImportFault> {
    let format = request.format.as_deref();
    let opened = match &request.again {
        // A few rows without their neighbours may look like those of another format.
        Some(_) => reader::open_as(&request.path, format.unwrap_or_default()),
        None => reader::open(&request.path, &request.file_name, format),
    };
    opened.map_err(|fault| ImportFault::File { file: request.file_name.clone(), fault })
}

fn check(tools: &Tools, request: &Request, source: &Source) -> Result<(), ImportFault> {
    if !source.format.needs_store {
        return Ok(());
    }
    let Some(name) = &request.store else {
        return Err(ImportFault::Usage(format!(
            "{} is a file of one store ({}). Name the store with --store NAME; a new name makes a \
             new store.",
            request.file_name, source.format.label
        )));
    };
    let known = tools.db.read(|reader| stores::find_store(reader, name))?;
    if known.is_none() && (name.trim().is_empty() || name.chars().count() > 200) {
        return Err(ImportFault::Usage("A store needs a name of 1 to 200 letters.".to_owned()));
    }
    Ok(())
}

/// Reads the file without keeping anything, and says what an import would come to.
///
/// # Errors
/// As `enqueue`, and `File` for a file that is refused whole.
pub fn dry_run(tools: &Tools, request: &Request) -> Result<(Outcome, Understood), ImportFault> {
    let source = open(request)?;
    check(tools, request, &source)?;
    let mut taking = Taking::dry(tools, request)?;
    taking.outcome.format = source.format.name.to_owned();
    read_all(source, request, &mut taking, &mut |_, _| Ok(()))?;
    taking.tell_if_empty()?;
    Ok((taking.outcome, taking.understood))
}

fn run_job(tools: &Tools, lease: &Lease<'_>) -> Result<(), JobFault> {
    room::admit(tools)?;
    let payload: Payload = serde_json::from_str(&lease.job.payload)
        .map_err(|fault| JobFault::Dead(fault.to_string()))?;
    let (import, request) = (payload.import, payload.request);
    match run_import(tools, lease, import, &request) {
        Ok(()) => {
            remove_upload(&request);
            Ok(())
        }
        Err(ImportFault::File { fault: FileFault::Stopped, .. }) => Err(JobFault::Stopped),
        Err(ImportFault::Store(StoreError::DiskFull)) => Err(JobFault::Retry(
            "The disk is full. What was taken in stays; the rest follows when there is room."
                .to_owned(),
        )),
        Err(ImportFault::Store(fault @ StoreError::Busy)) => Err(fault.into()),
        Err(fault) => {
            take_back(tools, import)?;
            let text = fault.to_string();
            tools.db.write_local(Lane::Background, |tx| {
                imports::finish_import(tx, import, Some(&text))?;
                runner::push(tx, BOOKS_JOB, BOOKS_JOB, "{}", Some(BOOKS_JOB)).map(|_| ())
            })?;
            remove_upload(&request);
            Err(JobFault::Dead(text))
        }
    }
}

fn remove_upload(request: &Request) {
    if request.delete_after {
        // A file that cannot be removed is found and removed at the next start.
        let _ = std::fs::remove_file(&request.path);
    }
}

fn run_import(
    tools: &Tools,
    lease: &Lease<'_>,
    import: ImportId,
    request: &Request,
) -> Result<(), ImportFault> {
    let source = open(request)?;
    // A locked vault is no reason to refuse orders, but one to say what they lack.
    let is_locked =
        source.format.needs_store && (tools.customer_hash)(&Customer::Reference("")).is_none();
    tools.db.write_local(Lane::Background, |tx| {
        imports::restart_import(tx, import)?;
        if is_locked { imports::append_notice(tx, import, 0, LOCKED) } else { Ok(()) }
    })?;
    let total = source.bytes as i64;
    let mut taking = Taking::new(tools, request, Some(import))?;
    let (counter, keep) = (source.counter(), &mut |tx: &Tx<'_>, done: i64| {
        lease.progress_in(tx, done, Some(total))?;
        Ok(())
    });
    taking.stop = Some(lease);
    taking.tell()?;
    let mut read_so_far =
        |tx: &Tx<'_>, _: ()| keep(tx, counter.load(std::sync::atomic::Ordering::Relaxed) as i64);
    read_all(source, request, &mut taking, &mut read_so_far)?;
    taking.tell_if_empty()?;
    tools.db.write_local(Lane::Background, |tx| {
        if let Some(again) = &request.again {
            imports::settle_refused(tx, import, (again.parent, &again.rows))?;
        }
        imports::finish_import(tx, import, None)?;
        changes::append_import(tx, import)?;
        runner::push(tx, BOOKS_JOB, BOOKS_JOB, "{}", Some(BOOKS_JOB)).map(|_| ())
    })?;
    Ok(())
}

/// The file's name without its folders.
pub fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

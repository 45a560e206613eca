//! The list of job kinds, and the thread that runs them.

use std::thread::JoinHandle;

use anyhow::Context;

use crate::books::BooksError;
use crate::books::profit_job;
use crate::features::whatif::job::COUNT;
use crate::jobs::{JobFault, JobKind, Lease, Runner};
use crate::sync::ctx::Tools;
use crate::sync::import_job::{self, BOOKS_JOB};

pub static KINDS: &[JobKind<Tools>] = &[
    JobKind { name: import_job::IMPORT.name, run: import_job::IMPORT.run },
    BOOKS,
    JobKind { name: COUNT.name, run: COUNT.run },
];

/// What is dirty is computed; the figures of every page follow from it.
const BOOKS: JobKind<Tools> = JobKind { name: BOOKS_JOB, run: run_books };

fn run_books(tools: &Tools, lease: &Lease<'_>) -> Result<(), JobFault> {
    let keep = |done, total| lease.progress(done, Some(total)).is_ok();
    match profit_job::run(&tools.db, &keep) {
        Ok(()) => Ok(()),
        Err(BooksError::Stopped) => Err(JobFault::Stopped),
        Err(fault @ BooksError::Overflow(_)) => Err(JobFault::Dead(fault.to_string())),
        Err(fault @ BooksError::Store(_)) => Err(JobFault::Retry(fault.to_string())),
    }
}

pub fn runner(tools: &Tools) -> Runner<Tools> {
    Runner::new(tools.db.clone(), tools.clone(), KINDS, tools.signal.clone())
}

/// Takes up interrupted jobs and runs what falls due until the signal stops it.
///
/// # Errors
/// What the store or the system said.
pub fn start(tools: &Tools) -> anyhow::Result<JoinHandle<()>> {
    let runner = runner(tools);
    runner.recover().context("the job queue was not opened")?;
    let thread = std::thread::Builder::new().name("jobs".to_owned());
    thread.spawn(move || runner.run_until_stopped()).context("start the jobs' thread")
}

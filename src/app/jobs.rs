//! The list of job kinds, and the thread that runs them.

use std::thread::JoinHandle;

use anyhow::Context;

use crate::books::BooksError;
use crate::books::profit_job;
use crate::features::whatif::job::COUNT;
use crate::jobs::{JobFault, JobKind, Lease, Runner};
use crate::sync::backup_job::{self, BACKUP};
use crate::sync::ctx::Tools;
use crate::sync::import_job::{self, BOOKS_JOB};
use crate::sync::mail::send_job::{self, MAIL};
use crate::sync::match_job::MATCH;
use crate::sync::privacy_job::{self, PRIVACY};
use crate::sync::pull_job::{self, PULL};
use crate::sync::stock::job::{self as stock_job, PLAN, PUSH};
use crate::sync::upkeep_job::{self, UPKEEP};

pub static KINDS: &[JobKind<Tools>] = &[
    JobKind { name: import_job::IMPORT.name, run: import_job::IMPORT.run },
    JobKind { name: BACKUP.name, run: BACKUP.run },
    BOOKS,
    JobKind { name: COUNT.name, run: COUNT.run },
    JobKind { name: MAIL.name, run: MAIL.run },
    JobKind { name: MATCH.name, run: MATCH.run },
    JobKind { name: PRIVACY.name, run: PRIVACY.run },
    JobKind { name: PULL.name, run: PULL.run },
    JobKind { name: PLAN.name, run: PLAN.run },
    JobKind { name: PUSH.name, run: PUSH.run },
    JobKind { name: UPKEEP.name, run: UPKEEP.run },
];

/// Accounts that are asked side by side; each waits for its platform most of the time.
const OUTSIDE_MAX: usize = 4;

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
pub fn start(tools: &Tools) -> anyhow::Result<Vec<JoinHandle<()>>> {
    let local = runner(tools);
    local.recover().context("the job queue was not opened")?;
    pull_job::ensure_scheduled(tools).context("the connections were not queued")?;
    privacy_job::ensure_scheduled(tools).context("the privacy requests were not queued")?;
    stock_job::ensure_scheduled(tools).context("the stock was not queued")?;
    backup_job::ensure_scheduled(tools).context("the backups were not queued")?;
    upkeep_job::ensure_scheduled(tools).context("the upkeep was not queued")?;
    send_job::ensure_scheduled(tools).context("the mail was not queued")?;
    let spawn = |name: String, runner: Runner<Tools>| {
        let thread = std::thread::Builder::new().name(name);
        thread.spawn(move || runner.run_until_stopped()).context("start the jobs' threads")
    };
    let mut threads = vec![spawn("jobs".to_owned(), local)?];
    for number in 1..=OUTSIDE_MAX {
        threads.push(spawn(format!("pull-{number}"), runner(tools).outside())?);
    }
    Ok(threads)
}

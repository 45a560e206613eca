//! The books as they were known on an earlier day, for pages and the API: a copy that lies there
//! is opened, one that does not is made on a thread of its own, and how far that is can be asked.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use serde_json::json;

use crate::base::time::Stopwatch;
use crate::base::{Day, Instant, Zone};
use crate::store::{Db, StoreError, known, organisation, snapshots};
use crate::web::answer;
use crate::web::ask::write_href;
use crate::web::error::AppError;
use crate::web::state::{Shared, off_thread, read};
use crate::web::words::known as told;

/// Makes a copy of the books at an instant; told how far it is, it is told whether to go on. A
/// failure is a sentence. Handed in by `app`, because this floor makes no books.
pub type Build = fn(&Db, Instant, &(dyn Fn(i64, i64) -> bool + Sync)) -> Result<PathBuf, String>;

/// A small shop's copy is made within this, so that nobody is sent to wait.
const PATIENCE: Duration = Duration::from_millis(2_500);
const LOOK_AGAIN: Duration = Duration::from_millis(25);
/// Open copies; more are opened again when they are asked.
const OPEN_MAX: usize = 4;
/// What a program is told to wait before it asks again.
const RETRY_S: &str = "3";

/// Where the making of a copy can be followed.
pub const WAIT_PATH: &str = "/as-known/wait";

/// What became of a wish.
pub enum Known {
    Ready(Db),
    /// Done of all.
    Building(i64, i64),
    Failed(String),
}

/// The copies that are being made, and those that are open.
pub struct Builds {
    build: Build,
    going: Mutex<HashMap<Instant, Going>>,
    /// What went wrong, until somebody asks to try again.
    failed: Mutex<HashMap<Instant, String>>,
    open: Mutex<Vec<(PathBuf, Db)>>,
    stop: Arc<AtomicBool>,
}

struct Going {
    done: Arc<AtomicI64>,
    total: Arc<AtomicI64>,
    thread: JoinHandle<Result<PathBuf, String>>,
}

impl Builds {
    pub fn new(build: Build) -> Self {
        Self {
            build,
            going: Mutex::default(),
            failed: Mutex::default(),
            open: Mutex::default(),
            stop: Arc::new(AtomicBool::new(false)),
        }
    }

    /// The copy of an instant, or how far it is; begins to make it where nobody does. With a
    /// version it must know that change of the books.
    ///
    /// # Errors
    /// What the store said.
    pub fn want(&self, books: &Db, at: Instant, version: Option<i64>) -> Result<Known, StoreError> {
        let mut going = lock(&self.going);
        if let Some(one) = going.get(&at) {
            if !one.thread.is_finished() {
                let (done, total) = (&one.done, &one.total);
                return Ok(Known::Building(
                    done.load(Ordering::Relaxed),
                    total.load(Ordering::Relaxed),
                ));
            }
            let ended = going.remove(&at).map(|one| one.thread.join());
            let fault = match ended {
                Some(Ok(Err(fault))) => Some(fault),
                Some(Err(_panic)) => Some(told::broke_off()),
                Some(Ok(Ok(_))) | None => None,
            };
            if let Some(fault) = fault {
                lock(&self.failed).insert(at, fault);
            }
        }
        if let Some(fault) = lock(&self.failed).get(&at) {
            return Ok(Known::Failed(fault.clone()));
        }
        if let Some(path) = snapshots::find(books.path(), at) {
            let copy = self.open(&path, books)?;
            let is_new = version.is_none() || copy.read(known::find_version)? == version;
            if is_new {
                return Ok(Known::Ready(copy));
            }
        }
        // One at a time: each copies the whole database.
        if going.values().all(|one| one.thread.is_finished()) {
            going.insert(at, self.begin(books, at)?);
        }
        Ok(Known::Building(0, 1))
    }

    /// As `want`, but waits a little: most copies are made in no time.
    ///
    /// # Errors
    /// What the store said.
    pub fn want_patiently(
        &self,
        books: &Db,
        at: Instant,
        version: Option<i64>,
    ) -> Result<Known, StoreError> {
        let watch = Stopwatch::start();
        loop {
            match self.want(books, at, version)? {
                Known::Building(..) if watch.elapsed() < PATIENCE => {
                    std::thread::sleep(LOOK_AGAIN);
                }
                known => return Ok(known),
            }
        }
    }

    /// Forgets that a copy could not be made, so that it is tried again.
    pub fn try_again(&self, at: Instant) {
        lock(&self.failed).remove(&at);
    }

    fn begin(&self, books: &Db, at: Instant) -> Result<Going, StoreError> {
        let (done, total) = (Arc::new(AtomicI64::new(0)), Arc::new(AtomicI64::new(1)));
        let (books, build, stop) = (books.clone(), self.build, Arc::clone(&self.stop));
        let (shown_done, shown_total) = (Arc::clone(&done), Arc::clone(&total));
        let run = move || {
            let progress = |done: i64, total: i64| {
                shown_done.store(done, Ordering::Relaxed);
                shown_total.store(total, Ordering::Relaxed);
                !stop.load(Ordering::Relaxed)
            };
            let made = build(&books, at, &progress);
            if let Err(fault) = &made {
                tracing::warn!(%fault, "no copy of the books was made");
            }
            made
        };
        let thread = std::thread::Builder::new().name("as-known".to_owned()).spawn(run);
        let thread = thread.map_err(|fault| StoreError::Internal(fault.to_string()))?;
        Ok(Going { done, total, thread })
    }

    fn open(&self, path: &Path, books: &Db) -> Result<Db, StoreError> {
        let mut open = lock(&self.open);
        if let Some((_, copy)) = open.iter().find(|(known, _)| known == path) {
            return Ok(copy.clone());
        }
        let copy = snapshots::open(path, books)?;
        open.truncate(OPEN_MAX - 1);
        open.insert(0, (path.to_owned(), copy.clone()));
        Ok(copy)
    }

    /// Ends what is being made; nothing of it stays.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
        let going: Vec<Going> = lock(&self.going).drain().map(|(_, one)| one).collect();
        for one in going {
            // What it said does not matter any more.
            let _ = one.thread.join();
        }
        lock(&self.open).clear();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where the making of the copy of an instant can be followed, and where it goes on from there.
pub fn wait_href(base: &str, at: Instant, next: &str) -> String {
    let params = [("at".to_owned(), at.0.to_string()), ("next".to_owned(), next.to_owned())];
    write_href(&format!("{base}{WAIT_PATH}"), params.into_iter())
}

/// The first instant after a day.
pub fn end_of(day: Day, zone: &Zone) -> Instant {
    Instant::start_of(day.plus(1), zone)
}

/// The books of a program's question: as they were known on a day that it names, or as they are.
pub enum Asked {
    Books(Db),
    AsKnown(Db, Day),
    /// Still to be made, or refused.
    Answer(HttpResponse),
}

/// What `as_known=` of a program's question leads to.
///
/// # Errors
/// `BadRequest` for what is no day, or a day that is still to come.
pub async fn find_asked(state: &Shared, as_known: Option<&str>) -> Result<Asked, AppError> {
    let Some(text) = as_known.filter(|text| !text.is_empty()) else {
        return Ok(Asked::Books(state.db.clone()));
    };
    let day = Day::parse(text).map_err(|_| {
        let text: String = text.chars().take(60).collect();
        AppError::BadRequest(told::api_not_a_day(&text))
    })?;
    let (zone, today) = find_today(state).await?;
    if day > today {
        return Err(AppError::BadRequest(told::api_still_to_come(&day.to_string())));
    }
    if day == today {
        return Ok(Asked::Books(state.db.clone()));
    }
    match want(state, end_of(day, &zone), None).await? {
        Known::Ready(copy) => Ok(Asked::AsKnown(copy, day)),
        known => {
            state.known.try_again(end_of(day, &zone));
            Ok(Asked::Answer(answer_waiting(&known)))
        }
    }
}

/// # Errors
/// What the store said.
pub async fn find_today(state: &Shared) -> Result<(Zone, Day), AppError> {
    let zone = read(state, |reader| Ok(organisation::find(reader.conn())?.time_zone)).await?;
    let zone = zone.unwrap_or_else(Zone::utc);
    let today = state.clock.now().day_in(&zone);
    Ok((zone, today))
}

/// A copy, off the workers' threads.
///
/// # Errors
/// What the store said.
pub async fn want(state: &Shared, at: Instant, version: Option<i64>) -> Result<Known, AppError> {
    let state = Shared::clone(state);
    Ok(off_thread(move || state.known.want_patiently(&state.db, at, version)).await??)
}

/// What a program is told while its books are being made: to ask again.
pub fn answer_waiting(known: &Known) -> HttpResponse {
    match known {
        Known::Failed(fault) => answer::json(
            StatusCode::SERVICE_UNAVAILABLE,
            &json!({ "error": told::api_failed(fault) }),
        ),
        Known::Building(done, total) => {
            let value = json!({ "state": "building", "done": done, "total": total });
            with_retry(answer::json(StatusCode::ACCEPTED, &value))
        }
        Known::Ready(_) => {
            let value = json!({ "state": "building", "done": 1, "total": 1 });
            with_retry(answer::json(StatusCode::ACCEPTED, &value))
        }
    }
}

fn with_retry(mut response: HttpResponse) -> HttpResponse {
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_S));
    response
}

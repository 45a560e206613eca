//! Counts requests by the class of their answer, and how long they took. Whole numbers only; who
//! asked and what for is not counted.

use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, web};

use crate::base::time::Stopwatch;

/// Milliseconds up to which an answer counts in a bucket, and the bucket's name in seconds.
pub const BUCKETS: [(u64, &str); 11] = [
    (1, "0.001"),
    (5, "0.005"),
    (10, "0.01"),
    (25, "0.025"),
    (50, "0.05"),
    (100, "0.1"),
    (250, "0.25"),
    (500, "0.5"),
    (1_000, "1"),
    (5_000, "5"),
    (30_000, "30"),
];
const CLASSES: usize = 5;

/// Since the start of the program.
#[derive(Debug)]
pub struct Requests {
    started: Stopwatch,
    by_class: [AtomicU64; CLASSES],
    by_bucket: [AtomicU64; BUCKETS.len()],
    micros: AtomicU64,
}

/// What was counted up to a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    pub uptime_s: u64,
    /// Answers 1xx to 5xx.
    pub by_class: [u64; CLASSES],
    /// As `BUCKETS`, each with all that were faster.
    pub by_bucket: [u64; BUCKETS.len()],
    pub micros: u64,
}

impl Default for Requests {
    fn default() -> Self {
        Self {
            started: Stopwatch::start(),
            by_class: Default::default(),
            by_bucket: Default::default(),
            micros: AtomicU64::new(0),
        }
    }
}

impl Requests {
    pub fn count(&self, status: u16, micros: u64) {
        let class = usize::from(status / 100).clamp(1, CLASSES) - 1;
        self.by_class[class].fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(micros, Ordering::Relaxed);
        let found = BUCKETS.iter().position(|(millis, _)| micros <= millis * 1_000);
        if let Some(bucket) = found {
            self.by_bucket[bucket].fetch_add(1, Ordering::Relaxed);
        }
    }

    pub fn counted(&self) -> Counted {
        let mut so_far = 0;
        Counted {
            uptime_s: self.started.elapsed().as_secs(),
            by_class: std::array::from_fn(|at| self.by_class[at].load(Ordering::Relaxed)),
            by_bucket: std::array::from_fn(|at| {
                so_far += self.by_bucket[at].load(Ordering::Relaxed);
                so_far
            }),
            micros: self.micros.load(Ordering::Relaxed),
        }
    }
}

/// Around everything else, so that refusals count as well.
///
/// # Errors
/// Those of the inner ones.
pub async fn measure<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let requests = request.app_data::<web::Data<Requests>>().cloned();
    let watch = Stopwatch::start();
    let answered = next.call(request).await;
    if let (Some(requests), Ok(answer)) = (requests, &answered) {
        let micros = u64::try_from(watch.elapsed().as_micros()).unwrap_or(u64::MAX);
        requests.count(answer.status().as_u16(), micros);
    }
    answered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_counts_in_its_class_and_in_every_bucket_above_its_time() {
        let requests = Requests::default();
        // 800 µs, 4 ms, 20 ms, a minute.
        for (status, micros) in [(200, 800), (303, 4_000), (404, 20_000), (500, 60_000_000)] {
            requests.count(status, micros);
        }
        let counted = requests.counted();
        assert_eq!(counted.by_class, [0, 1, 1, 1, 1]);
        assert_eq!(counted.by_bucket, [1, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3]);
        assert_eq!(counted.micros, 60_024_800);
    }
}

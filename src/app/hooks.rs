//! The listener for platforms' own calls. It serves `POST /hooks/<platform>/<connection>` and
//! nothing else: no page, no cookie, no sign-in, so that a tunnel to it opens no door to the
//! books. It answers to any name, because a tunnel gives it one that we do not know.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr, TcpListener};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use actix_web::http::header;
use actix_web::{App, HttpRequest, HttpResponse, HttpResponseBuilder, HttpServer, web};
use anyhow::{Context, anyhow};
use futures_util::StreamExt;
use tokio::sync::oneshot;

use crate::base::time::Stopwatch;
use crate::sync::ctx::Tools;
use crate::sync::webhook::{self, BODY_BYTES_MAX, Call, Heard};

const HEAD_MAX: Duration = Duration::from_secs(5);
/// A body that takes longer is not waited for.
const BODY_MAX: Duration = Duration::from_secs(5);
const IDLE_CONNECTION_MAX: Duration = Duration::from_secs(15);
const CONNECTIONS_MAX: usize = 256;
const STOP_S_MAX: u64 = 2;
/// Calls that one source may send one connection at once, and from then on in a second. A shop
/// that changes all its prices calls for each product, and would count a refusal as our fault.
const BURST: u32 = 600;
const PER_SECOND: u32 = 60;
/// Sources that are told apart; beyond these, those that are quiet are forgotten.
const SOURCES_MAX: usize = 4_096;
const LATER_S: &str = "30";

/// The listener at work.
pub struct Hooks {
    pub address: SocketAddr,
    tools: Tools,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<std::io::Result<()>>,
    notes: JoinHandle<()>,
}

/// # Errors
/// What the system or the store said.
pub fn start(tools: &Tools, listener: TcpListener) -> anyhow::Result<Hooks> {
    let address = listener.local_addr().context("ask for the listener's address")?;
    webhook::ensure_secrets(tools).context("the secrets of webhooks were not made")?;
    tools.inbox.announce(address);
    let noting = tools.clone();
    let notes = std::thread::Builder::new().name("hooks-notes".to_owned());
    let notes = notes.spawn(move || noting.inbox.work(&noting)).context("start a thread")?;
    let (stop, stopped) = oneshot::channel();
    let (data, flood) = (web::Data::new(tools.clone()), web::Data::new(Flood::default()));
    let make_app = move || {
        let calls = web::resource("/hooks/{platform}/{connection}")
            .route(web::post().to(take))
            .default_service(web::to(nothing));
        App::new()
            .app_data(data.clone())
            .app_data(flood.clone())
            .service(calls)
            .default_service(web::to(nothing))
    };
    let serve = move || {
        actix_web::rt::System::new().block_on(async move {
            HttpServer::new(make_app)
                .workers(1)
                .max_connections(CONNECTIONS_MAX)
                .client_request_timeout(HEAD_MAX)
                .client_disconnect_timeout(Duration::from_secs(2))
                .keep_alive(IDLE_CONNECTION_MAX)
                .disable_signals()
                .shutdown_timeout(STOP_S_MAX)
                .shutdown_signal(async move {
                    let _ = stopped.await;
                })
                .listen(listener)?
                .run()
                .await
        })
    };
    let thread = std::thread::Builder::new().name("hooks".to_owned()).spawn(serve);
    let thread = thread.context("start the thread of the webhooks")?;
    Ok(Hooks { address, tools: tools.clone(), stop, thread, notes })
}

impl Hooks {
    /// Lets calls under way end, and notes what came.
    ///
    /// # Errors
    /// What the listener said at its end.
    pub fn stop(self) -> anyhow::Result<()> {
        let _ = self.stop.send(());
        let ended = self.thread.join().map_err(|_| anyhow!("the listener ended in a panic"))?;
        self.tools.inbox.close();
        self.notes.join().map_err(|_| anyhow!("the notes of webhooks ended in a panic"))?;
        Ok(ended?)
    }
}

async fn nothing() -> HttpResponse {
    plain(HttpResponse::NotFound())
}

/// An answer says what became of the call by its status, and nothing else.
fn plain(mut answer: HttpResponseBuilder) -> HttpResponse {
    answer
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .finish()
}

fn later(mut answer: HttpResponseBuilder) -> HttpResponse {
    answer.insert_header((header::RETRY_AFTER, LATER_S));
    plain(answer)
}

async fn take(
    request: HttpRequest,
    path: web::Path<(String, String)>,
    payload: web::Payload,
    tools: web::Data<Tools>,
    flood: web::Data<Flood>,
) -> HttpResponse {
    let (platform, connection) = path.into_inner();
    if !flood.lets_in(request.peer_addr().map(|peer| peer.ip()), &connection) {
        return later(HttpResponse::TooManyRequests());
    }
    let body = match actix_web::rt::time::timeout(BODY_MAX, read(&request, payload)).await {
        Ok(Ok(body)) => body,
        Ok(Err(TooLong)) => return plain(HttpResponse::PayloadTooLarge()),
        Err(_) => return plain(HttpResponse::RequestTimeout()),
    };
    let headers: Vec<(String, String)> = request
        .headers()
        .iter()
        .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
        .collect();
    let heard = web::block(move || {
        let call =
            Call { platform: &platform, connection: &connection, headers: &headers, body: &body };
        webhook::hear(&tools, &call)
    });
    match heard.await {
        Ok(Heard::Taken) => plain(HttpResponse::Ok()),
        Ok(Heard::Unknown) => nothing().await,
        Ok(Heard::Forged) => plain(HttpResponse::Unauthorized()),
        Ok(Heard::Odd) => plain(HttpResponse::BadRequest()),
        Ok(Heard::Later) | Err(_) => later(HttpResponse::ServiceUnavailable()),
    }
}

struct TooLong;

async fn read(request: &HttpRequest, mut payload: web::Payload) -> Result<Vec<u8>, TooLong> {
    let told = request.headers().get(header::CONTENT_LENGTH).and_then(|told| told.to_str().ok());
    let told = told.and_then(|told| told.parse::<usize>().ok()).unwrap_or(0);
    if told > BODY_BYTES_MAX {
        return Err(TooLong);
    }
    // What is told is not kept free: whoever tells much may send nothing.
    let mut body = Vec::new();
    // A body that breaks off is judged as it is, and is not what was signed.
    while let Some(Ok(piece)) = payload.next().await {
        if body.len() + piece.len() > BODY_BYTES_MAX {
            return Err(TooLong);
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

/// How often a source may call a connection: a bucket for each pair. Behind a tunnel all sources
/// are one, so a flood of one connection does not shut out another.
struct Flood {
    watch: Stopwatch,
    buckets: Mutex<HashMap<(IpAddr, String), Bucket>>,
}

#[derive(Clone, Copy)]
struct Bucket {
    /// In thousandths of a call.
    level: u64,
    filled_ms: u64,
}

impl Default for Flood {
    fn default() -> Self {
        Self { watch: Stopwatch::start(), buckets: Mutex::default() }
    }
}

impl Flood {
    fn lets_in(&self, peer: Option<IpAddr>, connection: &str) -> bool {
        let now_ms = u64::try_from(self.watch.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        take_from(&mut buckets, (peer, connection), now_ms)
    }
}

/// Takes one call from a bucket; `false` where it is empty.
fn take_from(
    buckets: &mut HashMap<(IpAddr, String), Bucket>,
    (peer, connection): (Option<IpAddr>, &str),
    now_ms: u64,
) -> bool {
    let full = u64::from(BURST) * 1_000;
    let filled = |bucket: &Bucket| {
        let added = now_ms.saturating_sub(bucket.filled_ms).saturating_mul(u64::from(PER_SECOND));
        bucket.level.saturating_add(added).min(full)
    };
    let source = network_of(peer.unwrap_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED)));
    // A number and no more: whoever makes up names shares one bucket.
    let is_number = connection.len() <= 19 && connection.bytes().all(|byte| byte.is_ascii_digit());
    let key = (source, if is_number { connection.to_owned() } else { String::new() });
    if !buckets.contains_key(&key) && buckets.len() >= SOURCES_MAX {
        buckets.retain(|_, bucket| filled(bucket) < full);
        if buckets.len() >= SOURCES_MAX {
            return false;
        }
    }
    let bucket = buckets.entry(key).or_insert(Bucket { level: full, filled_ms: now_ms });
    let level = filled(bucket);
    bucket.filled_ms = now_ms;
    bucket.level = level.saturating_sub(1_000);
    level >= 1_000
}

/// One household of IPv6 has a whole network of addresses.
fn network_of(peer: IpAddr) -> IpAddr {
    match peer {
        IpAddr::V4(_) => peer,
        IpAddr::V6(address) => {
            let kept = u128::from(address) & !u128::from(u64::MAX);
            IpAddr::V6(Ipv6Addr::from(kept))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(text: &str) -> Option<IpAddr> {
        text.parse().ok()
    }

    #[test]
    fn a_flood_ends_at_its_own_connection_and_is_let_in_again() {
        let mut buckets = HashMap::new();
        let mut calls = |source: Option<IpAddr>, connection: &str, now_ms: u64, count: u32| {
            (0..count).filter(|_| take_from(&mut buckets, (source, connection), now_ms)).count()
        };
        let one = peer("192.0.2.1");
        assert_eq!(calls(one, "1", 0, 5_000), BURST as usize);
        assert_eq!(calls(one, "2", 0, 1), 1, "of another connection");
        assert_eq!(calls(peer("192.0.2.2"), "1", 0, 1), 1, "from elsewhere");
        assert_eq!(calls(one, "1", 1_000, 5_000), PER_SECOND as usize);
        assert_eq!(calls(one, "1", 3_600_000, 5_000), BURST as usize);
        // Neither names made up nor a network of addresses help.
        for round in 0..BURST {
            calls(one, &format!("made-up-{round}"), 0, 1);
            calls(peer(&format!("2001:db8::{round:x}")), "1", 0, 1);
        }
        assert_eq!(calls(one, "another", 0, 1), 0);
        assert_eq!(calls(peer("2001:db8::ffff:1"), "1", 0, 1), 0);
        assert_eq!(calls(peer("2001:db8:0:1::1"), "1", 0, 1), 1);
    }

    #[test]
    fn a_flood_from_everywhere_takes_no_more_memory() {
        let mut buckets = HashMap::new();
        for round in 0..SOURCES_MAX as u32 {
            assert!(take_from(&mut buckets, (Some(IpAddr::V4(round.into())), "1"), 0));
        }
        let late = peer("192.0.2.1");
        assert!(!take_from(&mut buckets, (late, "1"), 0));
        assert_eq!(buckets.len(), SOURCES_MAX);
        assert!(take_from(&mut buckets, (late, "1"), 1_000), "the quiet ones are forgotten");
        assert_eq!(buckets.len(), 1);
    }
}

//! Calls: signed in by Login with Amazon, at the region's host, at the rate that Amazon grants.
//! What Amazon means by a refusal is decided here and nowhere else.

use std::time::Duration;

use super::region::Seller;
use super::spec::SPEC;
use crate::connectors::ctx::Ctx;
use crate::connectors::fault::Fault;
use crate::connectors::kit::http::{Answer, Method, Refusal, Request};
use crate::connectors::kit::limit::Told;
use crate::connectors::kit::oauth::{self, Client, Grant, Kind};

const LOGIN: &str = "https://api.amazon.com";
/// The name of the access token in memory.
const TOKEN: &str = "access";
/// A token that is refused although it is new is asked for again so often.
const TOKENS_MAX: u32 = 3;
const USER_AGENT: &str = concat!("Purser/", env!("CARGO_PKG_VERSION"), " (Language=Rust)");
/// Signed addresses of report documents hold for five minutes; a large one takes a while.
const DOCUMENT_TIMEOUT: Duration = Duration::from_secs(240);

/// A request at the region's host; `path` begins with a slash.
///
/// # Errors
/// As `Seller::of`.
pub fn request(
    ctx: &Ctx<'_>,
    (method, operation): (Method, &'static str),
    path: &str,
) -> Result<Request, Fault> {
    let base = ctx.account.base_url(Seller::of(ctx)?.region.host);
    Ok(Request::new(method, operation, format!("{base}{path}")))
}

/// # Errors
/// As `send`.
pub fn get(ctx: &Ctx<'_>, operation: &'static str, path: &str) -> Result<Answer, Fault> {
    send(ctx, request(ctx, (Method::Get, operation), path)?)
}

/// Sends a request with an access token; one that has run out is renewed.
///
/// # Errors
/// What Amazon's refusal means; a fault of the way.
pub fn send(ctx: &Ctx<'_>, request: Request) -> Result<Answer, Fault> {
    send_with(ctx, request, (TOKEN, Kind::Refresh { key: "refresh_token" }, Vec::new()))
}

/// As `send`, for what concerns the program and no seller.
///
/// # Errors
/// As `send`.
pub fn send_grantless(ctx: &Ctx<'_>, request: Request) -> Result<Answer, Fault> {
    let scope = vec![("scope", "sellingpartnerapi::notifications")];
    send_with(ctx, request, ("grantless", Kind::ClientCredentials, scope))
}

fn send_with(
    ctx: &Ctx<'_>,
    request: Request,
    (name, kind, fields): (&str, Kind<'_>, Vec<(&str, &str)>),
) -> Result<Answer, Fault> {
    let (client_id, client_secret) = (ctx.secret("client_id")?, ctx.secret("client_secret")?);
    let grant = Grant {
        url: format!("{}/auth/o2/token", ctx.account.auth_url(LOGIN)),
        name,
        kind,
        client: Client::Form { id: &client_id, secret: &client_secret },
        fields,
    };
    let request = request.header("user-agent", USER_AGENT);
    let operation = request.operation;
    for _ in 0..TOKENS_MAX {
        let token = oauth::token(ctx, &grant)?;
        let signed = request.clone().secret("x-amz-access-token", &token);
        match ctx.http.send_as(signed, &|refusal| judge(operation, refusal)) {
            // `judge` says so of a token alone; of the sign-in itself it was said above.
            Err(Fault::Auth { .. }) => ctx.secrets.forget_token(name),
            Ok(answer) => {
                learn(ctx, operation, &answer);
                return Ok(answer);
            }
            other => return other,
        }
    }
    Err(Fault::transient("Amazon takes none of the access tokens that it gives us; we ask again."))
}

/// As `send`, of a further page: where Amazon no longer knows the token, `restart` is where the
/// stream goes on.
///
/// # Errors
/// As `send`, and `Stale`.
pub fn send_page(
    ctx: &Ctx<'_>,
    request: Request,
    restart: impl FnOnce() -> Result<crate::connectors::contract::Cursor, Fault>,
) -> Result<Answer, Fault> {
    match send(ctx, request) {
        Err(Fault::Refused { status: 400, .. }) => Err(Fault::Stale { restart: restart()? }),
        other => other,
    }
}

/// A document at a signed address: it is asked without any of our credentials.
///
/// # Errors
/// `Transient` where the address has run out: the next try is given another one.
pub fn document(ctx: &Ctx<'_>, url: &str, bytes_max: u64) -> Result<Answer, Fault> {
    let request = Request::get("document", url)
        .header("accept", "*/*")
        .header("user-agent", USER_AGENT)
        .timeout(DOCUMENT_TIMEOUT)
        .bytes_max(bytes_max);
    ctx.http.send_as(request, &|refusal| {
        let is_over = matches!(refusal.status, 400 | 401 | 403 | 404 | 410);
        is_over.then(|| {
            Fault::transient("The address of Amazon's report has run out; we ask for another.")
        })
    })
}

fn judge(operation: &str, refusal: &Refusal) -> Option<Fault> {
    match refusal.status {
        401 => Some(Fault::auth("The access token has run out.")),
        403 if names_the_token(&refusal.text) => Some(Fault::auth("The token has run out.")),
        // The account as a whole goes on: most often a role is lacking for this alone.
        403 => Some(Fault::refused(
            403,
            format!(
                "Amazon does not allow us to ask for this ({operation}). In Seller Central, under \
                 Develop Apps, give the app its roles and authorise it again; check the region, \
                 too."
            ),
        )),
        429 => Some(Fault::Throttled { wait: wait_of(operation, refusal) }),
        _ => None,
    }
}

fn names_the_token(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let is_over = ["expired", "revoked", "malformed", "invalid", "missing"];
    text.contains("access token") && is_over.iter().any(|word| text.contains(word))
}

/// As long as one call takes to be allowed again, by the rate that Amazon names, else by the one
/// that it has published.
fn wait_of(operation: &str, refusal: &Refusal) -> Duration {
    let named = refusal.header("x-amzn-ratelimit-limit").and_then(every_ms);
    let known = SPEC.find_limit(operation).map(|limit| limit.every_ms);
    let every_ms = named.or(known).unwrap_or(1_000);
    Duration::from_millis(u64::from(every_ms).max(1_000))
}

/// Takes over the rate that Amazon grants this account.
fn learn(ctx: &Ctx<'_>, operation: &str, answer: &Answer) {
    let Some(limit) = SPEC.find_limit(operation) else { return };
    if let Some(every_ms) = answer.header("x-amzn-ratelimit-limit").and_then(every_ms) {
        let told = Told { available: limit.burst, burst: limit.burst, every_ms };
        ctx.http.learn(operation, told);
    }
}

/// Milliseconds between two calls, from calls a second such as `0.0056`.
fn every_ms(rate: &str) -> Option<u32> {
    let rate = rate.trim();
    let (whole, fraction) = rate.split_once('.').unwrap_or((rate, ""));
    let mut millionths: u64 = whole.parse::<u64>().ok()?.checked_mul(1_000_000)?;
    let mut worth = 100_000;
    for digit in fraction.bytes().take(6) {
        if !digit.is_ascii_digit() {
            return None;
        }
        millionths += u64::from(digit - b'0') * worth;
        worth /= 10;
    }
    let every_ms = 1_000_000_000_u64.checked_div(millionths)?.clamp(1, 86_400_000);
    u32::try_from(every_ms).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_read_without_floats() {
        for (rate, expected) in [
            ("0.5", Some(2_000)),
            ("5.0", Some(200)),
            ("2", Some(500)),
            ("0.0056", Some(178_571)),
            ("0.0167", Some(59_880)),
            ("0", None),
            ("0.0", None),
            ("fast", None),
            ("1.x", None),
        ] {
            assert_eq!(every_ms(rate), expected, "{rate}");
        }
    }

    #[test]
    fn every_limit_is_named_once() {
        for (index, limit) in SPEC.limits.iter().enumerate() {
            let twice = SPEC.limits[..index].iter().any(|it| it.operation == limit.operation);
            assert!(!twice, "{}", limit.operation);
        }
    }
}

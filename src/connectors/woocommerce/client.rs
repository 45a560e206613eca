//! The shop's door: its address, the ways in which a key is shown to it, and what it says when it
//! refuses. Every shop is another installation, so the way that worked is found by trying.

use std::cell::RefCell;
use std::time::Duration;

use serde_json::Value;

use super::spec::{CONSUMER_KEY, CONSUMER_SECRET};
use crate::base::Instant;
use crate::base::secret::Secret;
use crate::connectors::ctx::{Ctx, Token};
use crate::connectors::fault::Fault;
use crate::connectors::kit::http::{Answer, Method, Refusal, Request, address};
use crate::connectors::kit::sign::{self, Digest, OAuth1};

/// How often one call is made where its answer breaks off, or the shop asks for a short wait.
const TRIES_MAX: u32 = 4;
/// Longer waits than this put the account to sleep instead.
const SHORT_WAIT: Duration = Duration::from_secs(10);
/// How long the way that worked is remembered, in seconds.
const WAY_S: i64 = 7 * 86_400;
const WAY: &str = "way";
/// Firewalls like to block callers that do not say who they are.
const AGENT: &str = concat!("Purser/", env!("CARGO_PKG_VERSION"));
/// How PHP calls what it has to say.
const PHP_WORDS: [&str; 5] = ["Fatal error", "Parse error", "Warning", "Deprecated", "Notice"];

/// The shop of one account.
pub struct Shop<'a, 'b> {
    pub ctx: &'a Ctx<'b>,
    site: String,
    key: Secret,
    secret: Secret,
}

/// What a call brought.
pub struct Reply {
    /// JSON, as it came.
    pub text: String,
    /// How many there are in all, where the shop tells.
    pub total: Option<u64>,
    /// The earlier of the shop's clock and ours.
    pub at: Instant,
}

/// A call that brought nothing.
#[derive(Debug)]
pub struct Refused {
    pub fault: Fault,
    /// 0 where there was no answer, or where it broke off.
    pub status: u16,
    /// WordPress' own word for it: `rest_no_route`.
    pub code: String,
    /// The answer was no whole JSON.
    pub is_broken: bool,
}

impl Refused {
    /// Whether fewer things at once might go through: PHP ran out of memory or time, or one of the
    /// things cannot be written as JSON.
    pub fn is_too_much(&self) -> bool {
        self.is_broken || matches!(self.status, 500 | 502 | 504)
    }

    /// Whether what was asked for is not there.
    pub fn is_missing(&self) -> bool {
        self.status == 404
    }
}

impl From<Refused> for Fault {
    fn from(refused: Refused) -> Self {
        refused.fault
    }
}

/// One question, or one change.
#[derive(Clone, Copy)]
struct Call<'c> {
    method: Method,
    operation: &'static str,
    path: &'c str,
    query: &'c [(&'c str, String)],
    body: Option<&'c Value>,
}

/// How the key is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Proof {
    /// Basic, in the header.
    Header,
    /// In the address, for hosts that drop the header.
    Address,
    /// Signed, never sent: over plain http, or where the shop does not know that it stands behind
    /// TLS.
    Signed,
}

/// One way in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Way {
    proof: Proof,
    /// By `?rest_route=`, where WordPress has plain permalinks.
    plain: bool,
}

const PROOFS: [(Proof, &str); 3] =
    [(Proof::Header, "header"), (Proof::Address, "address"), (Proof::Signed, "signed")];

impl Way {
    fn parse(text: &str) -> Option<Self> {
        let (name, route) = text.split_once(' ')?;
        let proof = PROOFS.iter().find(|(_, known)| *known == name).map(|(proof, _)| *proof)?;
        Some(Self { proof, plain: route == "plain" })
    }

    fn name(self) -> String {
        let name = PROOFS.iter().find(|(proof, _)| *proof == self.proof).map_or("", |one| one.1);
        format!("{name} {}", if self.plain { "plain" } else { "pretty" })
    }
}

impl<'a, 'b> Shop<'a, 'b> {
    /// # Errors
    /// `Auth` where an address or a key is missing.
    pub fn of(ctx: &'a Ctx<'b>) -> Result<Self, Fault> {
        let site = site_of(ctx.setting(crate::connectors::spec::BASE_URL)?);
        let (key, secret) = (ctx.secret(CONSUMER_KEY)?, ctx.secret(CONSUMER_SECRET)?);
        Ok(Self { ctx, site, key, secret })
    }

    /// Host and folder, in one spelling: the mark of the shop.
    pub fn id(&self) -> String {
        let rest = self.site.split_once("://").map_or(self.site.as_str(), |(_, rest)| rest);
        rest.strip_prefix("www.").unwrap_or(rest).to_ascii_lowercase()
    }

    /// Reads from `wc/v3/{path}`. Short waits and answers that break off are dealt with here.
    ///
    /// # Errors
    /// `Refused`.
    pub fn get(
        &self,
        operation: &'static str,
        path: &str,
        query: &[(&str, String)],
    ) -> Result<Reply, Refused> {
        let call = Call { method: Method::Get, operation, path, query, body: None };
        let known = self.find_way();
        let mut first = None;
        for way in known.map_or_else(|| self.list_ways(), |way| vec![way]) {
            // Another proof does not bring a route that is not there, nor another route a right.
            if first.as_ref().is_some_and(|first: &Refused| first.is_missing() != way.plain) {
                continue;
            }
            match self.get_by(way, call) {
                Ok(reply) => {
                    self.keep_way(way);
                    return Ok(reply);
                }
                Err(refused) if known.is_none() && is_wrong_door(&refused) => {
                    first.get_or_insert(refused);
                }
                Err(refused) => return Err(refused),
            }
        }
        Err(first.unwrap_or_else(|| Refused {
            fault: Fault::refused(0, "The shop has no address."),
            status: 0,
            code: String::new(),
            is_broken: false,
        }))
    }

    /// Changes `wc/v3/{path}`, once: whoever asks must look whether it was done before it is done
    /// again.
    ///
    /// # Errors
    /// `Refused`.
    pub fn write(
        &self,
        operation: &'static str,
        (method, path): (Method, &str),
        body: &Value,
    ) -> Result<Reply, Refused> {
        let way = self.find_way().or_else(|| self.list_ways().first().copied());
        let way = way.ok_or_else(|| plain(Fault::refused(0, "The shop has no address."), 0))?;
        self.get_once(way, Call { method, operation, path, query: &[], body: Some(body) })
    }

    /// Forgets the way that worked, so that all are tried again.
    pub fn forget_way(&self) {
        self.ctx.secrets.forget_token(WAY);
    }

    fn get_by(&self, way: Way, call: Call<'_>) -> Result<Reply, Refused> {
        let mut tries = 0;
        loop {
            tries += 1;
            let refused = match self.get_once(way, call) {
                Ok(reply) => return Ok(reply),
                Err(refused) => refused,
            };
            match &refused.fault {
                _ if tries >= TRIES_MAX => return Err(refused),
                Fault::Throttled { wait } if *wait <= SHORT_WAIT => {
                    self.ctx.http.pause(*wait).map_err(|fault| plain(fault, 0))?;
                }
                Fault::Transient { .. } if refused.is_broken => {
                    let wait = Duration::from_secs(1);
                    self.ctx.http.pause(wait).map_err(|fault| plain(fault, 0))?;
                }
                _ => return Err(refused),
            }
        }
    }

    fn get_once(&self, way: Way, call: Call<'_>) -> Result<Reply, Refused> {
        let heard = RefCell::new((0_u16, String::new()));
        let judge = |refusal: &Refusal| {
            let code = refusal.json().and_then(|json| json["code"].as_str().map(str::to_owned));
            let fault = judge(refusal, code.as_deref());
            *heard.borrow_mut() = (refusal.status, code.unwrap_or_default());
            fault
        };
        let make = || self.request(way, call);
        let answer = self.ctx.http.send_anew(&make, &judge);
        let mut answer = answer.map_err(|fault| {
            let (status, code) = heard.borrow().clone();
            Refused { fault, status, code, is_broken: false }
        })?;
        let bytes = answer.bytes().map_err(broken)?;
        let text = whole_json(&answer, &bytes, &|text| self.mask(text)).map_err(broken)?;
        let total = answer.header("x-wp-total").and_then(|total| total.trim().parse().ok());
        let ours = self.ctx.clock.now();
        let theirs = answer.header("date").and_then(parse_http_date);
        Ok(Reply { text, total, at: theirs.map_or(ours, |theirs| theirs.min(ours)) })
    }

    fn request(&self, way: Way, call: Call<'_>) -> Result<Request, Fault> {
        let Call { method, operation, path, query, body } = call;
        let pairs: Vec<(&str, &str)> =
            query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let query = address::form(&pairs);
        let url = match (way.plain, query.is_empty()) {
            (true, true) => format!("{}/?rest_route=/wc/v3/{path}", self.site),
            (true, false) => format!("{}/?rest_route=/wc/v3/{path}&{query}", self.site),
            (false, true) => format!("{}/wp-json/wc/v3/{path}", self.site),
            (false, false) => format!("{}/wp-json/wc/v3/{path}?{query}", self.site),
        };
        let make = |url: String| {
            let request = Request::new(method, operation, url).header("user-agent", AGENT);
            match body {
                Some(body) => request.json(body),
                None => request,
            }
        };
        Ok(match way.proof {
            Proof::Header => make(url).basic(&self.key, &self.secret),
            Proof::Address => make(url)
                .query_secret("consumer_key", &self.key)
                .query_secret("consumer_secret", &self.secret),
            // A shop that is told nothing of the secret may repeat it all the same.
            Proof::Signed => make(self.sign(method, &url)?).hide(&self.key).hide(&self.secret),
        })
    }

    /// A shop that is asked over TLS and wants a signature believes that it is asked without.
    fn sign(&self, method: Method, url: &str) -> Result<String, Fault> {
        let consumer = OAuth1 { key: &self.key, secret: &self.secret, digest: Digest::Sha256 };
        let (nonce, now) = (sign::nonce()?, self.ctx.clock.now());
        let Some(rest) = url.strip_prefix("https://") else {
            return Ok(consumer.sign_url(method.name(), url, (&nonce, now)).expose().to_owned());
        };
        let signed = consumer.sign_url(method.name(), &format!("http://{rest}"), (&nonce, now));
        Ok(signed.expose().replacen("http://", "https://", 1))
    }

    /// All ways, the likely ones first. A secret is never sent without TLS.
    fn list_ways(&self) -> Vec<Way> {
        let is_tls = self.site.starts_with("https://");
        let proofs = PROOFS.iter().map(|(proof, _)| *proof);
        let proofs: Vec<Proof> = proofs.filter(|proof| is_tls || *proof == Proof::Signed).collect();
        let by_route = |plain: bool| proofs.iter().map(move |proof| Way { proof: *proof, plain });
        by_route(false).chain(by_route(true)).collect()
    }

    fn find_way(&self) -> Option<Way> {
        let token = self.ctx.secrets.find_token(WAY)?;
        let way = Way::parse(token.secret.expose())?;
        // An address that changed from one scheme to the other has other ways.
        self.list_ways().contains(&way).then_some(way)
    }

    fn keep_way(&self, way: Way) {
        let expires_at = self.ctx.clock.now().plus_seconds(WAY_S);
        self.ctx.secrets.keep_token(WAY, Token { secret: Secret::new(way.name()), expires_at });
    }

    fn mask(&self, text: &str) -> String {
        Request::get("", "").hide(&self.key).hide(&self.secret).mask(text)
    }
}

/// The address without what people copy along with it.
fn site_of(given: &str) -> String {
    let given = given.trim();
    let given = given.split(['?', '#']).next().unwrap_or_default();
    let cut = ["/wp-json", "/wp-admin", "/wp-login.php", "/index.php"];
    let end = cut.iter().filter_map(|part| given.find(part)).min().unwrap_or(given.len());
    let site = given[..end].trim_end_matches('/');
    match address::scheme(site) {
        Some(_) => site.to_owned(),
        None => format!("https://{site}"),
    }
}

/// Whether another way in is worth trying.
fn is_wrong_door(refused: &Refused) -> bool {
    matches!(refused.status, 401 | 403)
        || (refused.status == 404 && matches!(refused.code.as_str(), "" | "rest_no_route"))
}

/// What WooCommerce, WordPress and what stands before them mean by a refusal.
fn judge(refusal: &Refusal, code: Option<&str>) -> Option<Fault> {
    match (refusal.status, code) {
        (401 | 403, Some(_)) => Some(Fault::auth(
            "The shop does not accept the key, or the key's user may not read this. Make a new key \
             in WordPress under WooCommerce, Settings, Advanced, REST API, for an administrator or \
             shop manager, and connect the shop again.",
        )),
        (401 | 403, None) => Some(Fault::transient(
            "A page answers in the place of the shop's interface: a firewall or a login stands \
             before it. Ask your host to let /wp-json/wc/ through.",
        )),
        (404, None | Some("rest_no_route")) => Some(Fault::refused(
            404,
            "The shop has no WooCommerce interface at this address. Look whether the address is \
             right, WooCommerce is switched on, and in WordPress under Settings, Permalinks, \
             something else than Plain is chosen.",
        )),
        _ => None,
    }
}

fn plain(fault: Fault, status: u16) -> Refused {
    Refused { fault, status, code: String::new(), is_broken: false }
}

fn broken(fault: Fault) -> Refused {
    let is_broken = matches!(fault, Fault::Transient { .. });
    Refused { fault, status: 0, code: String::new(), is_broken }
}

/// The text of an answer that is one whole JSON value.
fn whole_json(
    answer: &Answer,
    bytes: &[u8],
    mask: &dyn Fn(&str) -> String,
) -> Result<String, Fault> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_start_matches('\u{feff}').trim();
    if serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok() {
        return Ok(text.to_owned());
    }
    if text.starts_with(['[', '{']) || text.is_empty() {
        return Err(Fault::transient(format!("{} sent data that broke off.", answer.place)));
    }
    let noise = text.split(['[', '{']).next().unwrap_or_default();
    Err(Fault::transient(format!(
        "{} wrote something else before its data: {}",
        answer.place,
        mask(&name_noise(noise))
    )))
}

/// What stands before the data, by PHP's own word for it and the script that it names; what it
/// quotes may be of a buyer.
fn name_noise(noise: &str) -> String {
    let word = PHP_WORDS.into_iter().find(|word| noise.contains(word));
    let mut scripts = noise.split([' ', '/', '\\', '<', '>']).filter_map(|part| {
        let name = part.split_once(".php")?.0;
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        (!name.is_empty() && name.chars().all(is_plain)).then(|| format!("{name}.php"))
    });
    match (word, scripts.next_back()) {
        (Some(word), Some(script)) => format!("PHP's {word:?} in {script}. Its log tells more."),
        (Some(word), None) => format!("PHP's {word:?}. Its log tells more."),
        (None, _) => format!("{} letters of something else.", noise.trim().chars().count()),
    }
}

/// `Sat, 21 Nov 2026 21:40:00 GMT`.
fn parse_http_date(text: &str) -> Option<Instant> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (_, rest) = text.split_once(", ")?;
    let mut parts = rest.split_whitespace();
    let (day, month, year, time) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let month = MONTHS.iter().position(|known| *known == month)? + 1;
    Instant::parse(&format!("{year}-{month:02}-{day:0>2}T{time}Z")).ok()
}

/// A JSON value, where the text is one.
///
/// # Errors
/// `Drift`.
pub fn parse_value(text: &str) -> Result<Value, Fault> {
    serde_json::from_str(text).map_err(|_| Fault::drift("", "the answer is no JSON"))
}

/// An instant as the shop's filters take it: in UTC, without saying so.
pub fn stamp(at: Instant) -> String {
    at.to_string().trim_end_matches('Z').to_owned()
}

#[cfg(test)]
mod tests;

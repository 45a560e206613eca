//! One shop: its address, how we say who we are, and one question in GraphQL. Shopify refuses
//! within answers of status 200; here that becomes what happens next.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::spec::{ACCESS_TOKEN, CLIENT_ID, CLIENT_SECRET, SHOP};
use crate::base::secret::Secret;
use crate::connectors::contract::{Document, Problem};
use crate::connectors::ctx::Ctx;
use crate::connectors::fault::Fault;
use crate::connectors::kit::http::{Answer, Refusal, Request};
use crate::connectors::kit::limit::Told;
use crate::connectors::kit::oauth::{self, Client, Grant, Kind};

/// The version whose schema our questions were held against.
pub const VERSION: &str = "2026-10";
/// How often a question is asked that failed in passing; Shopify may throttle in between.
const TRIES_MAX: u32 = 6;
const PATIENCE: Duration = Duration::from_secs(10);
const AGAIN_AFTER_MS: u64 = 400;
const AGAIN_AFTER_MS_MAX: u64 = 4_000;
/// Where Shopify throttles and does not say for how long.
const THROTTLED_WAIT_MS: u64 = 2_000;
/// Added to what it takes to refill, so that we do not come a moment too early.
const SLACK_MS: u64 = 200;
/// What is longer than this is no name.
const NAME_LETTERS_MAX: usize = 40;
/// How the codes begin by which it speaks of a change's key.
const KEY_CODES: &str = "IDEMPOTENCY_";
const TOKEN: &str = "access";
/// Where a download may take longer than any answer.
const DOWNLOAD_S_MAX: u64 = 900;
const DOWNLOAD_BYTES_MAX: u64 = 16 * 1024 * 1024 * 1024;

pub struct Shop<'a, 'b> {
    pub ctx: &'a Ctx<'b>,
    url: String,
    access: Access,
    /// The version that answered, where it is not ours.
    other_version: RefCell<Option<String>>,
    /// Whether something was kept from us that we can do without.
    is_denied: Cell<bool>,
}

enum Access {
    Token(Secret),
    App { url: String, id: Secret, secret: Secret },
}

#[derive(Debug)]
pub struct Reply<T> {
    pub data: T,
    /// What we may not see.
    pub is_denied: bool,
}

/// Why there is no reply.
#[derive(Debug)]
pub enum Trouble {
    Fault(Fault),
    /// The question is dearer than any may be; ask for less at once.
    TooDear,
    /// The app may not see the whole of it.
    Denied(String),
    /// What Shopify makes of the key of a change, by its own code.
    Key(String),
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl Trouble {
    pub fn into_fault(self) -> Fault {
        match self {
            Self::Fault(fault) => fault,
            Self::Key(code) => Fault::drift("idempotent", code),
            Self::TooDear => Fault::refused(200, "Shopify finds our question too dear."),
            Self::Denied(what) => Fault::refused(
                200,
                format!("The app may not read this in Shopify; give it the permission. {what}"),
            ),
        }
    }
}

#[derive(Deserialize)]
struct Envelope<T> {
    data: Option<T>,
    #[serde(default)]
    errors: Value,
    #[serde(default)]
    extensions: Value,
}

impl<'a, 'b> Shop<'a, 'b> {
    /// # Errors
    /// `Auth` where the address is none of Shopify's, or no credentials were given.
    pub fn open(ctx: &'a Ctx<'b>) -> Result<Self, Fault> {
        let host = host_of(ctx.setting(SHOP)?)?;
        let usual = format!("https://{host}");
        let given = |key| ctx.secrets.find(key).filter(|secret| !secret.expose().is_empty());
        let access = match (given(CLIENT_ID), given(CLIENT_SECRET), given(ACCESS_TOKEN)) {
            (Some(id), Some(secret), _) => Access::App {
                url: format!("{}/admin/oauth/access_token", ctx.account.auth_url(&usual)),
                id,
                secret,
            },
            (_, _, Some(token)) => Access::Token(token),
            _ => {
                return Err(Fault::auth(
                    "Give a client ID and a client secret, or an Admin API access token.",
                ));
            }
        };
        let base = ctx.account.base_url(&usual);
        Ok(Self {
            ctx,
            url: format!("{base}/admin/api/{VERSION}/graphql.json"),
            access,
            other_version: RefCell::default(),
            is_denied: Cell::default(),
        })
    }

    /// Asks, as often as it takes while it fails in passing. `cost` is what it is likely to take.
    ///
    /// # Errors
    /// `Trouble`.
    pub fn ask<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        query: &str,
        variables: Value,
        cost: u32,
    ) -> Result<Reply<T>, Trouble> {
        let body = json!({ "query": query, "variables": variables });
        self.persist(|| self.ask_once(operation, &body, cost))
    }

    /// Fetches a result from a signed address, to which no credential goes.
    ///
    /// # Errors
    /// A fault of the way.
    pub fn download<T>(
        &self,
        url: &str,
        mut read: impl FnMut(Answer) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let once = || {
            let request = Request::get("download", url)
                .timeout(Duration::from_secs(DOWNLOAD_S_MAX))
                .bytes_max(DOWNLOAD_BYTES_MAX);
            Ok(read(self.ctx.http.send(request)?)?)
        };
        self.persist(once).map_err(Trouble::into_fault)
    }

    fn persist<T>(&self, mut once: impl FnMut() -> Result<T, Trouble>) -> Result<T, Trouble> {
        let (mut tries, mut refusals) = (1, 0);
        loop {
            let wait = match once() {
                // A token may run out twice; credentials that are wrong are refused every time.
                Err(Trouble::Fault(Fault::Auth { .. })) if self.is_app() && refusals == 0 => {
                    refusals += 1;
                    Duration::from_millis(AGAIN_AFTER_MS)
                }
                Err(Trouble::Fault(Fault::Throttled { wait }))
                    if tries < TRIES_MAX && wait <= PATIENCE =>
                {
                    wait
                }
                Err(Trouble::Fault(Fault::Transient { .. })) if tries < TRIES_MAX => {
                    let doubled = AGAIN_AFTER_MS << (tries - 1);
                    Duration::from_millis(doubled.min(AGAIN_AFTER_MS_MAX))
                }
                other => return other,
            };
            self.ctx.http.pause(wait)?;
            tries += 1;
        }
    }

    fn is_app(&self) -> bool {
        matches!(self.access, Access::App { .. })
    }

    fn ask_once<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        body: &Value,
        cost: u32,
    ) -> Result<Reply<T>, Trouble> {
        let make = |token: &Secret| {
            Request::post(operation, self.url.as_str())
                .secret("x-shopify-access-token", token)
                .json(body)
                .cost(cost.max(1))
        };
        let mut answer = match &self.access {
            Access::Token(token) => self.ctx.http.send_as(make(token), &judge)?,
            Access::App { url, id, secret } => {
                let grant = Grant {
                    url: url.clone(),
                    name: TOKEN,
                    kind: Kind::ClientCredentials,
                    client: Client::Form { id, secret },
                    fields: Vec::new(),
                };
                oauth::send(self.ctx, &grant, &make, &judge).map_err(name_refusal)?
            }
        };
        if let Some(version) = answer.header("x-shopify-api-version")
            && version != VERSION
        {
            self.other_version.replace(Some(version.chars().take(20).collect()));
        }
        let envelope: Envelope<T> = answer.json()?;
        let told = learn(&envelope.extensions);
        if let Some(told) = told {
            self.ctx.http.learn(operation, told);
        }
        self.weigh(operation, envelope, told)
    }

    fn weigh<T>(
        &self,
        operation: &str,
        envelope: Envelope<T>,
        told: Option<Told>,
    ) -> Result<Reply<T>, Trouble> {
        let errors = Errors::of(&envelope.errors);
        let has = |code: &str| errors.codes.contains(&code);
        if has("THROTTLED") {
            let wait = throttled_wait(&envelope.extensions, told);
            return Err(Fault::Throttled { wait }.into());
        }
        if has("MAX_COST_EXCEEDED") {
            return Err(Trouble::TooDear);
        }
        if let Some(code) = errors.codes.iter().find(|code| code.starts_with(KEY_CODES)) {
            return Err(Trouble::Key((*code).to_owned()));
        }
        if has("SHOP_INACTIVE") {
            return Err(Fault::refused(200, "The shop is closed or frozen at Shopify.").into());
        }
        if has("INTERNAL_SERVER_ERROR") || has("TIMEOUT") {
            return Err(Fault::transient("Shopify failed within; we ask again.").into());
        }
        let is_denied = has("ACCESS_DENIED");
        if errors.is_any && !(is_denied && errors.codes.iter().all(|code| *code == "ACCESS_DENIED"))
        {
            return Err(Fault::drift(operation, errors.told).into());
        }
        let Some(data) = envelope.data else {
            return Err(match is_denied {
                true => Trouble::Denied(errors.told),
                false => Fault::drift(operation, "there is neither data nor an error").into(),
            });
        };
        if is_denied {
            self.is_denied.set(true);
        }
        Ok(Reply { data, is_denied })
    }

    /// What is odd about the answers so far.
    pub fn list_notes(&self) -> Vec<Document> {
        let note = |key: &str, what: String| Document {
            key: key.to_owned(),
            problems: vec![Problem::Doubt { what }],
            ..Document::default()
        };
        let version = self.other_version.borrow_mut().take().map(|version| {
            let what = format!(
                "Shopify answers in version {version} of its interface, we speak {VERSION}. \
                 Update Purser; until then something may be read wrongly."
            );
            note("version", what)
        });
        let denied = self.is_denied.take().then(|| {
            let what = "The app may not see everything that we ask of Shopify, a buyer's number \
                        or country perhaps. Give it the permissions that the form names.";
            note("permissions", what.to_owned())
        });
        version.into_iter().chain(denied).collect()
    }
}

/// `my-shop`, its address, or the admin's: the permanent host. Nothing else gets our credentials.
/// The shop's permanent address, out of whatever its owner copied.
///
/// # Errors
/// `Auth` where it is no name of a shop.
pub fn host_of(given: &str) -> Result<String, Fault> {
    let plain = given.trim().to_ascii_lowercase();
    let plain = plain.strip_prefix("https://").unwrap_or(&plain);
    let plain = plain.strip_prefix("admin.shopify.com/store/").unwrap_or(plain);
    let name = plain.split('/').next().unwrap_or_default();
    let name = name.strip_suffix(".myshopify.com").unwrap_or(name);
    let is_name = !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !name.starts_with('-');
    match is_name {
        true => Ok(format!("{name}.myshopify.com")),
        false => Err(Fault::auth(
            "Give the shop's permanent address, such as my-shop.myshopify.com. It stands in \
             Shopify under Settings, Domains.",
        )),
    }
}

/// What some statuses mean at Shopify.
fn judge(refusal: &Refusal) -> Option<Fault> {
    match refusal.status {
        402 => Some(Fault::refused(402, "The shop is frozen at Shopify: a bill is open there.")),
        404 => Some(Fault::refused(
            404,
            "There is no shop at this address. Connect it with the address that stands in Shopify \
             under Settings, Domains.",
        )),
        423 => Some(Fault::refused(423, "Shopify has locked the shop.")),
        430 => Some(Fault::Throttled { wait: Duration::from_secs(30) }),
        _ => None,
    }
}

/// Why Shopify gives no token, in words.
fn name_refusal(fault: Fault) -> Fault {
    let Fault::Refused { what, .. } = &fault else { return fault };
    if what.contains("shop_not_permitted") {
        return Fault::auth(
            "App and shop belong to different organisations at Shopify. Make the app in the \
             organisation of the shop.",
        );
    }
    if what.contains("app_not_installed") {
        return Fault::auth(
            "The app is not installed in the shop. In Shopify's Dev Dashboard: your app, Home, \
             Install app.",
        );
    }
    fault
}

/// The errors of an answer: a list, or one sentence.
struct Errors<'a> {
    is_any: bool,
    codes: Vec<&'a str>,
    told: String,
}

impl<'a> Errors<'a> {
    fn of(value: &'a Value) -> Self {
        let list = value.as_array().map(Vec::as_slice).unwrap_or_default();
        let code = |error: &'a Value| {
            let code = error.pointer("/extensions/code");
            code.and_then(Value::as_str).unwrap_or_default()
        };
        let told = tell(list.first().unwrap_or(value));
        Self {
            is_any: !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty()),
            codes: list.iter().map(code).collect(),
            told,
        }
    }
}

/// What is wrong by an error's own names: its code, the member that it is about, the permissions
/// that it asks for. Its sentence is not told: it may repeat what we sent, or speak of a buyer.
fn tell(error: &Value) -> String {
    let is_name = |text: &&str| {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        text.len() <= NAME_LETTERS_MAX && !text.is_empty() && text.bytes().all(is_plain)
    };
    let code = error.pointer("/extensions/code").and_then(Value::as_str).filter(is_name);
    let path = error.get("path").and_then(Value::as_array).into_iter().flatten();
    let path: Vec<&str> = path.filter_map(Value::as_str).filter(is_name).collect();
    let sentence = error.get("message").or(Some(error)).and_then(Value::as_str).unwrap_or("");
    let mut scopes: Vec<&str> = sentence
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| word.starts_with("read_") || word.starts_with("write_"))
        .filter(is_name)
        .collect();
    scopes.dedup();
    let mut told = format!("Shopify refuses the question ({})", code.unwrap_or("without a code"));
    if !path.is_empty() {
        told.push_str(&format!(" at {}", path.join(".")));
    }
    if !scopes.is_empty() {
        told.push_str(&format!("; it names {}", scopes.join(", ")));
    }
    told
}

/// A whole number, whether it was written with a fraction or not.
fn whole(value: Option<&Value>) -> Option<u32> {
    let text = value?.as_number()?.to_string();
    text.split('.').next()?.parse().ok()
}

fn learn(extensions: &Value) -> Option<Told> {
    let status = extensions.pointer("/cost/throttleStatus")?;
    let burst = whole(status.get("maximumAvailable"))?;
    let available = whole(status.get("currentlyAvailable"))?;
    let per_second = whole(status.get("restoreRate"))?.max(1);
    Some(Told { available, burst, every_ms: (1_000 / per_second).max(1) })
}

/// How long it takes until there is enough for what we asked.
fn throttled_wait(extensions: &Value, told: Option<Told>) -> Duration {
    let requested = whole(extensions.pointer("/cost/requestedQueryCost"));
    let wait_ms = match (requested, told) {
        (Some(requested), Some(told)) => {
            u64::from(requested.saturating_sub(told.available)) * u64::from(told.every_ms)
        }
        _ => THROTTLED_WAIT_MS,
    };
    Duration::from_millis(wait_ms + SLACK_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shop_is_known_by_each_of_its_addresses_and_no_other_host_is_asked() {
        for given in [
            "my-shop",
            " My-Shop.myshopify.com ",
            "https://my-shop.myshopify.com/",
            "https://admin.shopify.com/store/my-shop",
            "admin.shopify.com/store/my-shop/settings/domains",
        ] {
            assert_eq!(host_of(given).unwrap(), "my-shop.myshopify.com", "{given}");
        }
        for given in ["www.my-shop.com", "evil.test/x.myshopify.com", "", "a@b", "-x"] {
            assert_eq!(host_of(given).unwrap_err().name(), "auth", "{given}");
        }
    }

    #[test]
    fn what_shopify_says_of_its_bucket_tells_how_long_to_wait() {
        let extensions = json!({"cost": {"requestedQueryCost": 412, "throttleStatus":
            {"maximumAvailable": 2000.0, "currentlyAvailable": 112, "restoreRate": 100.0}}});
        let told = learn(&extensions).unwrap();
        assert_eq!(told, Told { available: 112, burst: 2_000, every_ms: 10 });
        assert_eq!(throttled_wait(&extensions, Some(told)), Duration::from_millis(3_200));
        assert_eq!(throttled_wait(&Value::Null, None), Duration::from_millis(2_200));
    }
}

//! A request before it is sent. Its secrets print as a mask and are masked in what comes back.

use std::time::Duration;

use super::address;
use crate::base::id::AccountId;
use crate::base::secret::Secret;

const TIMEOUT: Duration = Duration::from_secs(60);
/// What an answer may hold, unpacked.
const ANSWER_BYTES_MAX: u64 = 32 * 1024 * 1024;
/// Secrets shorter than this are not looked for in texts: every second word would match.
const SECRET_LETTERS_MIN: usize = 4;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

#[derive(Clone)]
pub struct Request {
    pub method: Method,
    pub url: String,
    /// The name under which it is limited, counted and told.
    pub operation: &'static str,
    /// What it takes from the bucket.
    pub cost: u32,
    pub headers: Vec<(&'static str, Value)>,
    pub body: Vec<u8>,
    /// From the first byte of the name's resolution to the last of the answer.
    pub timeout: Duration,
    pub bytes_max: u64,
    /// What must not be seen although it stands in the address or the body.
    pub hidden: Vec<Secret>,
    /// On whose behalf it is sent; set where it is.
    pub account: AccountId,
}

/// What a header says.
#[derive(Clone)]
pub enum Value {
    Plain(String),
    Secret(Secret),
}

impl Value {
    pub fn expose(&self) -> &str {
        match self {
            Self::Plain(text) => text,
            Self::Secret(secret) => secret.expose(),
        }
    }
}

impl Request {
    pub fn new(method: Method, operation: &'static str, url: impl Into<String>) -> Self {
        Self {
            method,
            url: url.into(),
            operation,
            cost: 1,
            headers: vec![("accept", Value::Plain("application/json".to_owned()))],
            body: Vec::new(),
            timeout: TIMEOUT,
            bytes_max: ANSWER_BYTES_MAX,
            hidden: Vec::new(),
            account: AccountId(0),
        }
    }

    pub fn get(operation: &'static str, url: impl Into<String>) -> Self {
        Self::new(Method::Get, operation, url)
    }

    pub fn post(operation: &'static str, url: impl Into<String>) -> Self {
        Self::new(Method::Post, operation, url)
    }

    /// Adds a parameter to the address, encoded.
    #[must_use]
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.url.push(if self.url.contains('?') { '&' } else { '?' });
        self.url.push_str(&address::encode(name));
        self.url.push('=');
        self.url.push_str(&address::encode(value));
        self
    }

    /// As `query`, for a value that must not be seen.
    #[must_use]
    pub fn query_secret(self, name: &str, value: &Secret) -> Self {
        self.query(name, value.expose()).hide(value)
    }

    /// Sets a header; names in lower case.
    #[must_use]
    pub fn header(self, name: &'static str, value: impl Into<String>) -> Self {
        self.set(name, Value::Plain(value.into()))
    }

    #[must_use]
    pub fn secret(self, name: &'static str, value: &Secret) -> Self {
        self.set(name, Value::Secret(value.clone()))
    }

    /// `Authorization: Bearer …`.
    #[must_use]
    pub fn bearer(self, token: &Secret) -> Self {
        let value = Secret::new(format!("Bearer {}", token.expose()));
        self.secret("authorization", &value).hide(token)
    }

    /// `Authorization: Basic …`.
    #[must_use]
    pub fn basic(self, user: &Secret, password: &Secret) -> Self {
        let pair = zeroize::Zeroizing::new(format!("{}:{}", user.expose(), password.expose()));
        let value = Secret::new(format!("Basic {}", address::base64(pair.as_bytes())));
        self.secret("authorization", &value).hide(user).hide(password)
    }

    #[must_use]
    pub fn body(mut self, media: &'static str, bytes: impl Into<Vec<u8>>) -> Self {
        self.body = bytes.into();
        self.header("content-type", media)
    }

    #[must_use]
    pub fn json(self, value: &serde_json::Value) -> Self {
        self.body("application/json", value.to_string())
    }

    /// `application/x-www-form-urlencoded`.
    #[must_use]
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        self.body("application/x-www-form-urlencoded", address::form(fields))
    }

    #[must_use]
    pub fn cost(mut self, cost: u32) -> Self {
        self.cost = cost;
        self
    }

    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    #[must_use]
    pub fn bytes_max(mut self, bytes: u64) -> Self {
        self.bytes_max = bytes;
        self
    }

    /// Keeps a secret of the address or the body out of what is told.
    #[must_use]
    pub fn hide(mut self, secret: &Secret) -> Self {
        self.hidden.push(secret.clone());
        self
    }

    /// The host and the operation, for people: `api.etsy.com (receipts)`.
    pub fn place(&self) -> String {
        format!("{} ({})", address::host(&self.url).unwrap_or("the platform"), self.operation)
    }

    /// A text without the request's secrets.
    pub fn mask(&self, text: &str) -> String {
        let mut masked = text.to_owned();
        let in_headers = self.headers.iter().filter_map(|(_, value)| match value {
            Value::Secret(secret) => Some(secret),
            Value::Plain(_) => None,
        });
        for secret in in_headers.chain(&self.hidden) {
            let plain = secret.expose();
            if plain.len() >= SECRET_LETTERS_MIN {
                masked = masked.replace(plain, "[secret]");
                masked = masked.replace(&address::encode(plain), "[secret]");
            }
        }
        masked
    }

    fn set(mut self, name: &'static str, value: Value) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value));
        self
    }
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method.name(), self.place())
    }
}

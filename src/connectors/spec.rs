//! What a platform's interface asks for and offers, as values: the form to connect it, the
//! schedule, the health page and the limits are drawn from here.

/// One platform that can be connected.
pub struct Spec {
    /// The vendor's page about the interface, for the user and for us.
    pub documentation: &'static str,
    /// What happens when it is connected, in a sentence or two.
    pub about: &'static str,
    /// In the order of the form. `base_url`, `auth_url` and `allow_private_network` need no
    /// entry; every platform takes them.
    pub fields: &'static [Field],
    pub streams: &'static [Stream],
    /// The first that names the operation holds; one without a name is for all others.
    pub limits: &'static [Limit],
    /// Whether its records belong to a store (rates do not).
    pub needs_store: bool,
    /// Whether it may be spoken to without TLS (a shop of one's own on a machine at home).
    pub allows_plain_http: bool,
}

/// One thing that the user gives.
pub struct Field {
    /// The name in `--set` and `--secret`: `shop`, `api_key`.
    pub key: &'static str,
    pub label: &'static str,
    /// Where to click at the platform, in its own words.
    pub help: &'static str,
    pub kind: FieldKind,
    pub required: bool,
    /// How it looks: `my-shop.myshopify.com`.
    pub example: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    Text,
    /// Sealed, and never shown again.
    Secret,
    /// `yes` or `no`.
    Switch,
    /// One of these; the first is meant where none is given.
    Choice(&'static [(&'static str, &'static str)]),
}

/// Something that is asked for in turns: orders, payouts, rates.
#[derive(Debug)]
pub struct Stream {
    /// In cursors, tables and messages: `orders`.
    pub slug: &'static str,
    pub label: &'static str,
    /// Seconds from the end of one turn to the beginning of the next.
    pub every_s: u32,
    /// How far back each turn looks behind the last one's end.
    pub overlap_s: u32,
    /// Days for which documents are kept as they came.
    pub raw_days: u32,
    /// Streams that must have been read to their end once before this one begins.
    pub after: &'static [&'static str],
}

/// How often one may ask. Only half of the burst is used, so that calls are spread out and a
/// person, or another program, finds room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The name that requests bear; empty for all that no other limit names.
    pub operation: &'static str,
    /// Calls (or points, where calls cost some) that may be made at once.
    pub burst: u32,
    /// Milliseconds until one more is allowed.
    pub every_ms: u32,
}

/// Settings that every platform takes.
pub const BASE_URL: &str = "base_url";
pub const AUTH_URL: &str = "auth_url";
pub const ALLOW_PRIVATE_NETWORK: &str = "allow_private_network";

impl Spec {
    pub fn find_stream(&self, slug: &str) -> Option<&'static Stream> {
        self.streams.iter().find(|stream| stream.slug == slug)
    }

    pub fn find_field(&self, key: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.key == key)
    }

    pub fn find_limit(&self, operation: &str) -> Option<&'static Limit> {
        let named = |name: &str| self.limits.iter().find(|limit| limit.operation == name);
        named(operation).or_else(|| named(""))
    }
}

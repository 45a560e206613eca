//! Sign-in by OAuth 2: a code turned into tokens, access tokens in memory renewed before they run
//! out, and refresh tokens that are sealed before anything made with them is used.
//!
//! A new refresh token is sealed beside the former one before the access token that came with it
//! is given out. Where the program dies in between, the former one still stands in the vault; a
//! platform that gave it out and never saw the new one used takes it again.

use std::time::Duration;

use serde::Deserialize;

use super::http::{Answer, Method, Refusal, Request, address};
use crate::base::secret::Secret;
use crate::connectors::ctx::{Ctx, Token};
use crate::connectors::fault::Fault;

/// Tokens are renewed this long before they run out.
const RENEWED_BEFORE: Duration = Duration::from_secs(120);
/// Where a platform does not say how long a token lives.
const LIFE_S: u64 = 1_800;
const LIFE_S_MAX: u64 = 366 * 86_400;
/// The name under which the token before the last is sealed.
const FORMER: &str = ".former";

/// How a platform hands out tokens.
pub struct Grant<'a> {
    /// The address of its tokens.
    pub url: String,
    /// The name of the access token in memory; one per set of rights.
    pub name: &'a str,
    pub kind: Kind<'a>,
    pub client: Client<'a>,
    /// Further fields: scopes, an audience.
    pub fields: Vec<(&'a str, &'a str)>,
}

#[derive(Clone, Copy)]
pub enum Kind<'a> {
    /// By the refresh token that is sealed under this key.
    Refresh {
        key: &'a str,
    },
    ClientCredentials,
}

/// How we say who we are.
#[derive(Clone, Copy)]
pub enum Client<'a> {
    /// `client_id` and `client_secret` among the fields.
    Form { id: &'a Secret, secret: &'a Secret },
    /// In the `Authorization` header.
    Basic { id: &'a Secret, secret: &'a Secret },
    /// A public client, which has no secret.
    Id { id: &'a Secret },
}

/// An authorisation code, as the platform's sign-in page gave it.
pub struct Code<'a> {
    pub code: &'a Secret,
    pub redirect_uri: &'a str,
    /// Of PKCE.
    pub verifier: Option<&'a Secret>,
}

#[derive(Deserialize)]
struct Wire {
    access_token: String,
    refresh_token: Option<String>,
    expires_in: Option<serde_json::Value>,
}

/// Sends a request with an access token; one that is refused is renewed once.
///
/// # Errors
/// Of the request, or of the renewal.
pub fn send(
    ctx: &Ctx<'_>,
    grant: &Grant<'_>,
    make: &dyn Fn(&Secret) -> Request,
    judge: super::http::Judge<'_>,
) -> Result<Answer, Fault> {
    let first = ctx.http.send_as(make(&token(ctx, grant)?), judge);
    match first {
        Err(Fault::Auth { .. }) => {
            ctx.secrets.forget_token(grant.name);
            ctx.http.send_as(make(&token(ctx, grant)?), judge)
        }
        other => other,
    }
}

/// An access token that still lives a while.
///
/// # Errors
/// `Auth` where the platform does not give one any more; a fault of the way.
pub fn token(ctx: &Ctx<'_>, grant: &Grant<'_>) -> Result<Secret, Fault> {
    let now = ctx.clock.now();
    if let Some(token) = ctx.secrets.find_token(grant.name)
        && token.expires_at > now
    {
        return Ok(token.secret);
    }
    match grant.kind {
        Kind::ClientCredentials => {
            let fields = [("grant_type", "client_credentials")];
            let wire = ask(ctx, grant, &fields, &[])?;
            keep(ctx, grant, wire, None)
        }
        Kind::Refresh { key } => refresh(ctx, grant, key),
    }
}

/// Turns a code into tokens, the refresh token sealed under `key`.
///
/// # Errors
/// `Auth` for a code that is not good any more.
pub fn exchange(
    ctx: &Ctx<'_>,
    grant: &Grant<'_>,
    (key, code): (&str, &Code<'_>),
) -> Result<Secret, Fault> {
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("code", code.code.expose()),
        ("redirect_uri", code.redirect_uri),
    ];
    let mut hidden = vec![code.code];
    if let Some(verifier) = code.verifier {
        fields.push(("code_verifier", verifier.expose()));
        hidden.push(verifier);
    }
    let wire = ask(ctx, grant, &fields, &hidden)?;
    if wire.refresh_token.is_none() {
        return Err(Fault::auth("The platform gave no lasting permission. Allow it there again."));
    }
    keep(ctx, grant, wire, Some((key, None)))
}

fn refresh(ctx: &Ctx<'_>, grant: &Grant<'_>, key: &str) -> Result<Secret, Fault> {
    let current = ctx.secret(key)?;
    let by = |refresh: &Secret| {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh.expose())];
        ask(ctx, grant, &fields, &[refresh])
    };
    match by(&current) {
        Ok(wire) => keep(ctx, grant, wire, Some((key, Some(&current)))),
        // The program may have died before the platform heard that we have the newer one.
        Err(Fault::Auth { hint }) => match ctx.secrets.find(&format!("{key}{FORMER}")) {
            Some(former) if former.expose() != current.expose() => {
                let wire = by(&former).map_err(|_| Fault::Auth { hint })?;
                keep(ctx, grant, wire, Some((key, Some(&former))))
            }
            _ => Err(Fault::Auth { hint }),
        },
        Err(fault) => Err(fault),
    }
}

fn ask(
    ctx: &Ctx<'_>,
    grant: &Grant<'_>,
    fields: &[(&str, &str)],
    hidden: &[&Secret],
) -> Result<Wire, Fault> {
    let mut all = fields.to_vec();
    all.extend(&grant.fields);
    let mut request = Request::new(Method::Post, "token", grant.url.as_str());
    for secret in hidden {
        request = request.hide(secret);
    }
    let request = match grant.client {
        Client::Form { id, secret } => {
            all.push(("client_id", id.expose()));
            all.push(("client_secret", secret.expose()));
            request.hide(secret)
        }
        Client::Basic { id, secret } => request.basic(id, secret),
        Client::Id { id } => {
            all.push(("client_id", id.expose()));
            request
        }
    };
    let request = request.form(&all);
    let place = request.place();
    let mut answer = ctx.http.send_as(request, &|refusal| refused(&place, refusal))?;
    answer.json()
}

/// A platform that no longer gives tokens says so with status 400.
fn refused(place: &str, refusal: &Refusal) -> Option<Fault> {
    let json = refusal.json()?;
    let error = json.get("error")?.as_str()?;
    let gone = matches!(refusal.status, 400 | 401 | 403)
        && matches!(
            error,
            "invalid_grant" | "invalid_client" | "unauthorized_client" | "access_denied"
        );
    gone.then(|| {
        Fault::auth(format!(
            "{place} no longer gives us access ({error}). Connect the account again."
        ))
    })
}

fn keep(
    ctx: &Ctx<'_>,
    grant: &Grant<'_>,
    wire: Wire,
    refresh: Option<(&str, Option<&Secret>)>,
) -> Result<Secret, Fault> {
    let access = Secret::new(wire.access_token);
    if let (Some((key, former)), Some(new)) = (refresh, wire.refresh_token) {
        let new = Secret::new(new);
        if former.is_none_or(|former| former.expose() != new.expose()) {
            if let Some(former) = former {
                ctx.secrets.seal(&format!("{key}{FORMER}"), former)?;
            }
            ctx.secrets.seal(key, &new)?;
        }
    }
    let life_s = wire.expires_in.as_ref().and_then(life).unwrap_or(LIFE_S).min(LIFE_S_MAX);
    // A short life is halved rather than used up.
    let early = RENEWED_BEFORE.min(Duration::from_secs(life_s / 2));
    let lives = Duration::from_secs(life_s).saturating_sub(early);
    let token = Token { secret: access.clone(), expires_at: ctx.clock.now().plus(lives) };
    ctx.secrets.keep_token(grant.name, token);
    Ok(access)
}

/// Seconds, as a number or as text.
fn life(value: &serde_json::Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// The page at which the user allows us in.
pub fn authorize_url(
    page: &str,
    (client_id, redirect_uri, scopes): (&str, &str, &str),
    (state, challenge): (&str, Option<&str>),
) -> String {
    let mut fields = vec![
        ("response_type", "code"),
        ("client_id", client_id),
        ("redirect_uri", redirect_uri),
        ("scope", scopes),
        ("state", state),
    ];
    if let Some(challenge) = challenge {
        fields.push(("code_challenge", challenge));
        fields.push(("code_challenge_method", "S256"));
    }
    format!("{page}?{}", address::form(&fields))
}

/// What PKCE sends ahead of its verifier.
pub fn challenge(verifier: &Secret) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, verifier.expose().as_bytes());
    let text = address::base64(digest.as_ref());
    text.trim_end_matches('=').replace('+', "-").replace('/', "_")
}

#[cfg(test)]
mod tests;

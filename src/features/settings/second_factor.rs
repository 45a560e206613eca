//! One's own second factor: setting it up by scanning and showing a code, new recovery codes,
//! turning it off. Each asks for the password: somebody may have found an open browser.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::SLUG;
use super::page::Part;
use super::people::{View, head};
use crate::base::Secret;
use crate::base::id::UserId;
use crate::store::attempts::{self, Bucket};
use crate::store::audit::{self, Kind, Note};
use crate::store::password::Verdict;
use crate::store::sessions::{self, Origin};
use crate::store::totp;
use crate::store::vault::Vault;
use crate::store::{Lane, StoreError, Tx, users};
use crate::web::answer::html;
use crate::web::error::AppError;
use crate::web::form::{Button, ButtonKind, Field, Form};
use crate::web::notice::{Notice, Weight};
use crate::web::page::{self, Page, Site};
use crate::web::permission::FACTOR_PATH;
use crate::web::qr::Qr;
use crate::web::session::{Who, address_of, agent_of};
use crate::web::state::{Shared, State, off_thread, read};
use crate::web::words::{door, people as told};

#[derive(Deserialize)]
pub struct Sent {
    #[serde(default, rename = "do")]
    what: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    code: String,
}

/// What came of it.
enum Done {
    /// To be scanned; a code of it is waited for.
    Begun {
        secret: totp::Shared,
        is_wrong: bool,
    },
    /// In force from now on, in a new session, with codes to write down.
    On {
        session: Option<Secret>,
        codes: Vec<Secret>,
    },
    Off,
    WrongPassword,
    Wait,
}

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    answer(&state, site, who, &request, None).await
}

pub async fn take(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, AppError> {
    // A program has none.
    let user = who.user.ok_or(AppError::NotFound)?;
    let Sent { what, password, code } = sent.into_inner();
    let (shared, name) = (Arc::clone(&state), who.name.clone());
    let (address, agent) = (address_of(&request), agent_of(&request));
    let (password, code) = (Secret::new(password), Secret::new(code));
    let done = off_thread(move || {
        let origin = Origin { address: &address, agent: &agent };
        let Some(vault) = shared.vault.vault() else { return Ok(None) };
        let of = Of { state: &shared, vault, user, name: &name, origin };
        match what.as_str() {
            "confirm" => of.confirm(code.expose()).map(Some),
            what => of.with_password(&password, what).map(Some),
        }
    });
    let done = done.await??;
    answer(&state, site, who, &request, done).await
}

/// Whose factor is dealt with, and from where.
struct Of<'a> {
    state: &'a State,
    vault: &'a Vault,
    user: UserId,
    name: &'a str,
    origin: Origin<'a>,
}

impl Of<'_> {
    fn with_password(&self, password: &Secret, what: &str) -> Result<Done, StoreError> {
        let (account, address) = (Bucket::account(self.name), Bucket::address(self.origin.address));
        let buckets = [account.clone(), address.clone()];
        let db = &self.state.db;
        if db.write_local(Lane::Interactive, |tx| attempts::begin(tx, &buckets))?.is_some() {
            return Ok(Done::Wait);
        }
        let stored = db.read(|reader| users::find_password_hash(reader.conn(), self.user))?;
        // Who came by a link has no password yet.
        let verify = || self.state.passwords.verify(stored.as_deref(), password);
        if stored.is_some() && verify()? == Verdict::Wrong {
            return Ok(Done::WrongPassword);
        }
        db.write_local(Lane::Interactive, |tx| {
            attempts::forgive(tx, &account, &address)?;
            self.act(tx, what)
        })
    }

    fn act(&self, tx: &Tx<'_>, what: &str) -> Result<Done, StoreError> {
        match what {
            "begin" => {
                self.tell(tx, "begun")?;
                let secret = totp::begin(tx, self.vault, self.user)?;
                Ok(Done::Begun { secret, is_wrong: false })
            }
            "codes" if totp::is_on(tx.conn(), self.user)? => {
                self.tell(tx, "new recovery codes")?;
                let codes = totp::make_recovery_codes(tx, self.user)?;
                Ok(Done::On { session: None, codes })
            }
            "end" => {
                totp::delete(tx, self.user)?;
                self.tell(tx, "off")?;
                Ok(Done::Off)
            }
            _ => Err(StoreError::Missing),
        }
    }

    fn confirm(&self, code: &str) -> Result<Done, StoreError> {
        let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        self.state.db.write_local(Lane::Interactive, |tx| {
            let pending = totp::find_pending(tx.conn(), self.vault, self.user)?;
            let secret = pending.ok_or(StoreError::Missing)?;
            let Some(step) = totp::find_step(&secret, &code, tx.now) else {
                return Ok(Done::Begun { secret, is_wrong: true });
            };
            let codes = totp::confirm(tx, self.user, step)?;
            self.tell(tx, "on")?;
            // Whoever was in without the second factor is not any more.
            sessions::delete_of_user(tx, self.user)?;
            let session = Some(sessions::begin(tx, self.user, self.origin)?);
            Ok(Done::On { session, codes })
        })
    }

    fn tell(&self, tx: &Tx<'_>, after: &str) -> Result<(), StoreError> {
        let subject = format!("{}: second factor", self.name);
        let (kind, before, after) = (Kind::People, None, Some(after));
        audit::note(tx, Note { kind, subject: &subject, before, after })
    }
}

async fn answer(
    state: &Shared,
    site: web::Data<Site>,
    who: Who,
    request: &HttpRequest,
    done: Option<Done>,
) -> Result<HttpResponse, AppError> {
    let user = who.user.ok_or(AppError::NotFound)?;
    let page = page::open(state, site, who, request).await?;
    let (is_on, left) = read(state, move |reader| {
        let conn = reader.conn();
        Ok((totp::is_on(conn, user)?, totp::count_recovery(conn, user)?))
    })
    .await?;
    let lacks = page.who.lacks_factor && !is_on;
    let mut notices = Vec::new();
    if lacks {
        notices.push(notice(Weight::Late, told::FACTOR_NEEDED, ""));
    }
    let mut session = None;
    let status = match done {
        Some(Done::WrongPassword | Done::Wait | Done::Begun { is_wrong: true, .. }) => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        _ => StatusCode::OK,
    };
    let parts = match done {
        _ if state.vault.vault().is_none() => {
            notices.push(notice(Weight::Late, told::FACTOR_LOCKED, told::FACTOR_LOCKED_TEXT));
            Vec::new()
        }
        Some(Done::Begun { secret, is_wrong }) => vec![scan_part(&page, &secret, is_wrong)],
        Some(Done::On { session: begun, codes }) => {
            session = begun;
            vec![codes_part(&codes)]
        }
        Some(Done::WrongPassword) => {
            parts_of(&page, (is_on, left), Some(told::FACTOR_PASSWORD_WRONG))
        }
        Some(Done::Wait) => parts_of(&page, (is_on, left), Some(told::FACTOR_WAIT)),
        Some(Done::Off) | None => parts_of(&page, (is_on, left), None),
    };
    let lead = if is_on { told::FACTOR_ON } else { told::FACTOR_OFF };
    let view = View {
        frame: page.frame(told::FACTOR, SLUG, None),
        head: head(&page, told::FACTOR, lead),
        notices,
        parts,
    };
    let mut answer = html(status, &view)?;
    if let Some(session) = session {
        let cookie = state.session_cookie(&session);
        answer.add_cookie(&cookie).map_err(|error| AppError::Internal(error.to_string()))?;
    }
    Ok(answer)
}

fn notice(weight: Weight, title: &str, text: &str) -> Notice {
    let (title, text) = (title.to_owned(), text.to_owned());
    Notice { weight, title, text, buttons: Vec::new(), link: None }
}

fn parts_of(page: &Page, (is_on, left): (bool, i64), fault: Option<&str>) -> Vec<Part> {
    let form = |id: &str, label: &str, what: &str, note: Option<&str>| {
        let mut password = Field::secret("password", told::FACTOR_PASSWORD);
        password.id = format!("{id}-password");
        password.autocomplete = "current-password";
        password.error = fault.map(str::to_owned);
        Form {
            action: page.url(FACTOR_PATH),
            method: "post",
            fields: vec![password],
            buttons: vec![Button::submit(label, ButtonKind::Plain).sending("do", what)],
            note: note.map(str::to_owned),
            ..Form::default()
        }
    };
    if !is_on {
        let mut part = Part::titled("begin", told::FACTOR_BEGIN);
        let note = Some(told::FACTOR_BEGIN_NOTE);
        part.form = Some(form("begin", told::FACTOR_BEGIN, "begin", note));
        return vec![part];
    }
    let mut codes = Part::titled("codes", told::CODES);
    codes.note = Some(told::recovery_left(left));
    codes.form = Some(form("codes", told::CODES_NEW, "codes", Some(told::CODES_NEW_NOTE)));
    let mut end = Part::titled("end", told::FACTOR_END);
    end.form = Some(form("end", told::FACTOR_END, "end", None));
    vec![codes, end]
}

fn scan_part(page: &Page, secret: &[u8], is_wrong: bool) -> Part {
    let mut part = Part::titled("scan", told::FACTOR_SCAN);
    let issuer = match page.organisation.name.as_str() {
        "" => door::PRODUCT.to_owned(),
        name => format!("{} {name}", door::PRODUCT),
    };
    part.qr = Qr::of(&totp::uri(secret, &page.who.name, &issuer), told::FACTOR_QR);
    part.secret = Some(totp::to_base32(secret));
    part.secret_title = told::FACTOR_TYPED;
    let mut code = Field::text("code", told::FACTOR_CODE, "");
    code.autocomplete = "one-time-code";
    code.required = true;
    code.error = is_wrong.then(|| told::FACTOR_CODE_WRONG.to_owned());
    let confirm = Button::submit(told::FACTOR_CONFIRM, ButtonKind::Main);
    part.form = Some(Form {
        action: page.url(FACTOR_PATH),
        method: "post",
        fields: vec![code],
        buttons: vec![confirm.sending("do", "confirm")],
        ..Form::default()
    });
    part
}

fn codes_part(codes: &[Secret]) -> Part {
    let mut part = Part::titled("codes", told::CODES);
    part.note = Some(told::CODES_ONCE.to_owned());
    part.codes = codes.iter().map(|code| code.expose().to_owned()).collect();
    part
}

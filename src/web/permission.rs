//! Every route is entered here with who may use it; there is no other way to make one. The list
//! is kept, so that a test walks all routes in all roles.

use std::sync::Arc;
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{self, ServiceConfig};
use actix_web::{
    Error, FromRequest, Handler, HttpMessage, HttpRequest, HttpResponse, Responder, Route,
};

use crate::store::behalf::Behalf;
use crate::store::crypt;
use crate::store::users::Role;
use crate::web::error::{AppError, wants_json};
use crate::web::session::{self, Who};
use crate::web::state::{BEHALF, Shared};

/// Where a second factor is set up.
pub const FACTOR_PATH: &str = "/settings/second-factor";

/// What somebody may do. A route names exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Without a sign-in: the door itself, health, embedded files.
    Public,
    /// A command of this machine with the token of the lock file.
    Control,
    /// Everybody who is in: own session, own password.
    SignedIn,
    SeeFigures,
    SeeStock,
    EditStock,
    EditCosts,
    Import,
    ManageStores,
    ManageSettings,
    ManageUsers,
}

impl Permission {
    pub const ALL: [Self; 11] = [
        Self::Public,
        Self::Control,
        Self::SignedIn,
        Self::SeeFigures,
        Self::SeeStock,
        Self::EditStock,
        Self::EditCosts,
        Self::Import,
        Self::ManageStores,
        Self::ManageSettings,
        Self::ManageUsers,
    ];

    /// May somebody of this role? Nobody's role opens `Control`.
    pub fn allows(self, role: Role) -> bool {
        use Role::{Analyst, Fulfilment, Manager, Owner, Viewer};
        match self {
            Self::Public | Self::SignedIn | Self::SeeStock => true,
            Self::Control => false,
            Self::SeeFigures => matches!(role, Owner | Manager | Analyst | Viewer),
            Self::EditStock => matches!(role, Owner | Manager | Fulfilment),
            Self::EditCosts | Self::Import | Self::ManageStores => matches!(role, Owner | Manager),
            Self::ManageSettings | Self::ManageUsers => role == Owner,
        }
    }
}

/// How much a request may bring, and how long it may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub body_bytes_max: usize,
    pub time_max: Duration,
}

impl Limits {
    pub const USUAL: Self = Self { body_bytes_max: 256 * 1024, time_max: Duration::from_secs(30) };
    /// The door: nobody is known yet.
    pub const DOOR: Self = Self { body_bytes_max: 4 * 1024, time_max: Duration::from_secs(10) };
}

/// One route, as the test of roles sees it.
#[derive(Clone, Debug)]
pub struct Entry {
    pub method: Method,
    pub path: String,
    pub permission: Permission,
    /// Whether its answer keeps to the stores that somebody may see; others refuse whoever is
    /// limited to some.
    pub of_stores: bool,
    /// Whether it is open to somebody who has still to set up a second factor.
    pub before_factor: bool,
}

/// What a program is told of one route of the JSON API.
#[derive(Clone, Copy, Debug)]
pub struct ApiDoc {
    pub path: &'static str,
    pub summary: &'static str,
    pub parameters: &'static [Parameter],
    /// Status and sentence of every answer but 401 and 403.
    pub answers: &'static [(u16, &'static str)],
}

#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    pub name: &'static str,
    pub place: Place,
    pub text: &'static str,
    /// The values that there are; empty where it is open.
    pub one_of: &'static [&'static str],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Query,
    Path,
}

type MakeRoute = Arc<dyn Fn(Guard) -> Route + Send + Sync>;

/// What is asked before a handler is reached.
#[derive(Clone, Copy)]
struct Guard {
    permission: Permission,
    limits: Limits,
    of_stores: bool,
    before_factor: bool,
}

/// The table of all routes; made once, entered into every worker's application.
#[derive(Clone, Default)]
pub struct Routes {
    table: Vec<(Entry, Limits, MakeRoute)>,
    docs: Vec<ApiDoc>,
}

impl Routes {
    pub fn get<F, Args>(&mut self, path: &str, permission: Permission, handler: F)
    where
        F: Handler<Args> + Send + Sync,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.add(Method::GET, path, (permission, Limits::USUAL), handler);
    }

    pub fn post<F, Args>(&mut self, path: &str, permission: Permission, handler: F)
    where
        F: Handler<Args> + Send + Sync,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.add(Method::POST, path, (permission, Limits::USUAL), handler);
    }

    /// For bodies larger or smaller than usual.
    pub fn post_within<F, Args>(
        &mut self,
        path: &str,
        permission: Permission,
        limits: Limits,
        handler: F,
    ) where
        F: Handler<Args> + Send + Sync,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.add(Method::POST, path, (permission, limits), handler);
    }

    /// A route of the JSON API: what describes it is what makes it.
    pub fn api<F, Args>(&mut self, doc: ApiDoc, permission: Permission, handler: F)
    where
        F: Handler<Args> + Send + Sync,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.get(doc.path, permission, handler);
        self.docs.push(doc);
    }

    /// Opens what is read there to people who may see some stores only: the answers keep to these.
    /// A route that nobody opened refuses them.
    pub fn of_stores(&mut self, paths: &[&str]) {
        for (entry, ..) in &mut self.table {
            let is_read = entry.method == Method::GET;
            entry.of_stores |= is_read && paths.contains(&entry.path.as_str());
        }
    }

    /// Opens routes to the same people because they are about the person alone.
    pub fn of_person(&mut self, paths: &[&str]) {
        for (entry, ..) in &mut self.table {
            entry.of_stores |= paths.contains(&entry.path.as_str());
        }
    }

    /// Opens routes to people who have still to set up a second factor.
    pub fn before_factor(&mut self, paths: &[&str]) {
        for (entry, ..) in &mut self.table {
            entry.before_factor |= paths.contains(&entry.path.as_str());
        }
    }

    pub fn docs(&self) -> &[ApiDoc] {
        &self.docs
    }

    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.table.iter().map(|(entry, _, _)| entry)
    }

    /// Enters all routes under `base_path` (with a slash at both ends).
    pub fn configure(&self, base_path: &str, config: &mut ServiceConfig) {
        let mut paths: Vec<&str> = self.entries().map(|entry| entry.path.as_str()).collect();
        paths.dedup();
        let mut done: Vec<&str> = Vec::new();
        for path in paths {
            if done.contains(&path) {
                continue;
            }
            done.push(path);
            let full = format!("{}{path}", base_path.trim_end_matches('/'));
            let mut resource = web::resource(full);
            let mut body_bytes_max = 0;
            for (entry, limits, make) in self.table.iter().filter(|(one, ..)| one.path == path) {
                let Entry { permission, of_stores, before_factor, .. } = *entry;
                let guard = Guard { permission, limits: *limits, of_stores, before_factor };
                resource = resource.route(make(guard));
                if entry.method != Method::GET {
                    body_bytes_max = body_bytes_max.max(limits.body_bytes_max);
                }
            }
            config.service(
                resource
                    .app_data(web::FormConfig::default().limit(body_bytes_max))
                    .app_data(web::JsonConfig::default().limit(body_bytes_max))
                    .app_data(web::PayloadConfig::new(body_bytes_max)),
            );
        }
    }

    fn add<F, Args>(
        &mut self,
        method: Method,
        path: &str,
        (permission, limits): (Permission, Limits),
        handler: F,
    ) where
        F: Handler<Args> + Send + Sync,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let entry = Entry {
            method: method.clone(),
            path: path.to_owned(),
            permission,
            of_stores: false,
            before_factor: false,
        };
        let make = move |asked: Guard| {
            web::method(method.clone()).to(handler.clone()).wrap(from_fn(
                move |request: ServiceRequest, next: Next<BoxBody>| guard(asked, request, next),
            ))
        };
        self.table.push((entry, limits, Arc::new(make)));
    }
}

/// Deny first: whoever is not known, or may not, does not reach the handler. An error becomes an
/// answer here, so that the outer ring can dress it.
async fn guard<B: MessageBody + 'static>(
    asked_for: Guard,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if let Err(error) = admit(asked_for, &request).await {
        return Ok(if matches!(error, AppError::SignInNeeded) {
            to_the_door(request)
        } else {
            request.error_response(error)
        });
    }
    let asked = request.request().clone();
    let time_max = asked_for.limits.time_max;
    let answer = match behalf_of(&asked) {
        Some(behalf) => {
            let answer = BEHALF.scope(behalf, next.call(request));
            actix_web::rt::time::timeout(time_max, answer).await
        }
        None => actix_web::rt::time::timeout(time_max, next.call(request)).await,
    };
    Ok(match answer {
        Ok(Ok(answer)) => answer.map_into_boxed_body(),
        Ok(Err(error)) => ServiceResponse::from_err(error, asked),
        Err(_) => ServiceResponse::from_err(AppError::TimeOut, asked),
    })
}

/// Whoever is known and changes something is named in the audit log.
fn behalf_of(request: &HttpRequest) -> Option<Arc<Behalf>> {
    if *request.method() == Method::GET {
        return None;
    }
    let who = request.extensions().get::<Who>().cloned()?;
    Some(Behalf::new(&who.name, &session::address_of(request), request.path()))
}

async fn admit(asked: Guard, request: &ServiceRequest) -> Result<(), AppError> {
    let Guard { permission, limits, of_stores, before_factor } = asked;
    // What says beforehand that it is too long is not read; the extractors count the rest.
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok());
    let length = length.and_then(|length| length.parse::<usize>().ok()).unwrap_or(0);
    if length > limits.body_bytes_max {
        return Err(AppError::TooLarge);
    }
    let no_state = || AppError::Internal("no state".to_owned());
    let state = request.app_data::<Shared>().cloned().ok_or_else(no_state)?;
    match permission {
        Permission::Public => Ok(()),
        Permission::Control => {
            let token = session::bearer_of(request.request()).ok_or(AppError::SignInNeeded)?;
            let expected = state.control_token.expose().as_bytes();
            let is_right = crypt::same(token.expose().as_bytes(), expected);
            is_right.then_some(()).ok_or(AppError::SignInNeeded)
        }
        _ => {
            let found = session::find_who(&state, request.request()).await?;
            let who = found.ok_or(AppError::SignInNeeded)?;
            if !permission.allows(who.role) {
                return Err(AppError::Forbidden);
            }
            if who.lacks_factor && !before_factor {
                let is_page = *request.method() == Method::GET && !wants_json(request.request());
                return Err(match is_page {
                    true => AppError::SeeOther(state.url(FACTOR_PATH)),
                    false => AppError::FactorNeeded,
                });
            }
            if !of_stores && !who.sees_all_stores() {
                return Err(AppError::OtherStores);
            }
            request.extensions_mut().insert(who);
            Ok(())
        }
    }
}

/// A person is led to the sign-in, a program is told.
fn to_the_door(request: ServiceRequest) -> ServiceResponse {
    let is_person = *request.method() == Method::GET
        && !wants_json(request.request())
        && session::bearer_of(request.request()).is_none();
    match request.app_data::<Shared>().map(|state| state.url("/sign-in")) {
        Some(to) if is_person => {
            let to = (header::LOCATION, to);
            request.into_response(HttpResponse::SeeOther().insert_header(to).finish())
        }
        _ => request.error_response(AppError::SignInNeeded),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threat_21_each_role_may_what_it_is_for_and_no_more() {
        let count = |role: Role| Permission::ALL.iter().filter(|one| one.allows(role)).count();
        let counts = Role::ALL.map(count);
        assert_eq!(counts, [10, 8, 4, 4, 4]);
        assert!(!Permission::SeeFigures.allows(Role::Fulfilment));
        assert!(!Permission::EditCosts.allows(Role::Analyst));
        assert!(!Permission::ManageUsers.allows(Role::Manager));
        assert!(Role::ALL.iter().all(|role| !Permission::Control.allows(*role)));
    }
}

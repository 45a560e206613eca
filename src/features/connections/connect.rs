//! The form to connect an account, drawn from the platform's spec. What was typed stays, but for
//! secrets, which never come back into a page.

use std::collections::{BTreeMap, HashMap};

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::act::done;
use super::page::View;
use super::shown::Part;
use super::{PATH, SLUG};
use crate::base::secret::Secret;
use crate::base::{Currency, Day};
use crate::connectors;
use crate::connectors::contract::Connector;
use crate::connectors::spec::{self, BASE_URL, FieldKind, Spec};
use crate::store::vault::recovery;
use crate::sync::connect::{self, Ask, ConnectFault};
use crate::sync::ctx::Tools;
use crate::web::error::AppError;
use crate::web::figure::Link;
use crate::web::form::{Button, ButtonKind, Field, Form, Pick};
use crate::web::notice::{Notice, Weight};
use crate::web::page::{self, Site};
use crate::web::parts::PageHead;
use crate::web::permission::Permission;
use crate::web::session::Who;
use crate::web::state::{self, Shared, off_thread};
use crate::web::words::connection as told;

/// Stands before the key of a platform's own field.
const OWN: &str = "field.";

type Fields = HashMap<String, String>;

/// What was wrong: a sentence for all, or for one field.
#[derive(Default)]
struct Wrong {
    sentence: Option<String>,
    field: Option<(String, String)>,
}

fn find(platform: &str) -> Result<(&'static dyn Connector, &'static Spec), AppError> {
    let connector = connectors::find(platform).ok_or(AppError::NotFound)?;
    Ok((connector, connector.api().ok_or(AppError::NotFound)?.spec()))
}

pub async fn ask(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    platform: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    let given = web::Query::<Fields>::from_query(request.query_string());
    let mut given = given.map(web::Query::into_inner).unwrap_or_default();
    // An address fills in a name and nothing else.
    given.retain(|name, _| name == "name");
    answer((&state, site, who, &request), &platform, (&given, Wrong::default())).await
}

pub async fn take(
    state: Shared,
    site: web::Data<Site>,
    tools: web::Data<Tools>,
    who: Who,
    request: HttpRequest,
    (platform, form): (web::Path<String>, web::Form<Fields>),
) -> Result<HttpResponse, AppError> {
    let (_, spec) = find(&platform)?;
    let given = form.into_inner();
    let asked = match read(&platform, spec, &given) {
        Ok(asked) => asked,
        Err(wrong) => {
            return answer((&state, site, who, &request), &platform, (&given, wrong)).await;
        }
    };
    let connected = off_thread(move || connect::connect(&tools, &asked)).await?;
    let wrong = match connected {
        Ok((_, identity)) => {
            let mut text = told::connected(&identity.label);
            for more in &identity.told {
                text.push(' ');
                text.push_str(more);
            }
            return Ok(done(&state, &who, text));
        }
        Err(ConnectFault::Usage { field: Some(field), what }) => {
            Wrong { field: Some((format!("{OWN}{field}"), what)), ..Wrong::default() }
        }
        Err(ConnectFault::Usage { field: None, what }) => {
            Wrong { sentence: Some(what), ..Wrong::default() }
        }
        Err(ConnectFault::Platform(fault)) => {
            Wrong { sentence: Some(fault.to_string()), ..Wrong::default() }
        }
        Err(ConnectFault::Store(crate::store::StoreError::Refused(what))) => {
            Wrong { sentence: Some(what), ..Wrong::default() }
        }
        Err(ConnectFault::Store(fault)) => return Err(fault.into()),
    };
    answer((&state, site, who, &request), &platform, (&given, wrong)).await
}

fn read(platform: &str, spec: &Spec, given: &Fields) -> Result<Ask, Wrong> {
    let text = |name: &str| {
        given.get(name).map(|text| text.trim()).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let wrong = |name: &str, what: String| Wrong {
        field: Some((name.to_owned(), what)),
        ..Wrong::default()
    };
    let currency = text("currency").map(|code| Currency::parse(&code.to_uppercase())).transpose();
    let since = text("since").map(|day| Day::parse(&day)).transpose();
    let (mut settings, mut secrets) = (BTreeMap::new(), BTreeMap::new());
    for field in spec.fields {
        let Some(value) = text(&format!("{OWN}{}", field.key)) else { continue };
        match field.kind {
            FieldKind::Secret => {
                secrets.insert(field.key.to_owned(), Secret::new(value));
            }
            FieldKind::Text | FieldKind::Switch | FieldKind::Choice(_) => {
                settings.insert(field.key.to_owned(), value);
            }
        }
    }
    if let Some(url) = text(BASE_URL) {
        settings.insert(BASE_URL.to_owned(), url);
    }
    Ok(Ask {
        platform: platform.to_owned(),
        name: text("name"),
        store: text("store").filter(|_| spec.needs_store),
        currency: currency.map_err(|fault| wrong("currency", fault.to_string()))?,
        settings,
        secrets,
        since: since.map_err(|fault| wrong("since", fault.to_string()))?,
    })
}

async fn answer(
    (state, site, who, request): (&Shared, web::Data<Site>, Who, &HttpRequest),
    platform: &str,
    (given, wrong): (&Fields, Wrong),
) -> Result<HttpResponse, AppError> {
    let (connector, spec) = find(platform)?;
    let page = page::open(state, site, who, request).await?;
    let title = told::connect_to(connector.label());
    let frame = page.frame(title.clone(), SLUG, None);
    let stores: Vec<String> = page.stores.iter().map(|store| store.name.clone()).collect();
    let mut fields = fields(spec, given, &stores);
    if let Some((name, what)) = &wrong.field {
        for field in fields.iter_mut().filter(|field| field.name == *name) {
            field.error = Some(what.clone());
        }
    }
    let is_wrong = wrong.sentence.is_some() || wrong.field.is_some();
    let notices = wrong.sentence.map(|text| Notice {
        weight: Weight::Broken,
        title: told::NOT_CONNECTED.to_owned(),
        text: told::sentence(&text),
        buttons: Vec::new(),
        link: None,
    });
    let mut part = Part::new("connect", connector.label());
    part.note = Some(told::CONNECT_NOTE.to_owned());
    part.is_guided = true;
    part.head.link = Some(Link::new(host_of(spec.documentation), spec.documentation));
    part.form = Some(Form {
        action: page.url(&format!("{PATH}/new/{platform}")),
        method: "post",
        fields,
        buttons: vec![Button::submit(told::CONNECT_BUTTON, ButtonKind::Main)],
        ..Form::default()
    });
    let head = PageHead {
        trail: vec![Link::new(told::ALL, page.url(PATH))],
        place: connector.label().to_owned(),
        title,
        answer: spec.about.to_owned(),
        ..PageHead::default()
    };
    let status = if is_wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let mut notices: Vec<Notice> = notices.into_iter().collect();
    let is_owner = Permission::ManageSettings.allows(page.who.role);
    let has_code = state::read(state, |reader| recovery::has_code(reader.conn()));
    if is_owner && !has_code.await? {
        notices.push(Notice {
            weight: Weight::Late,
            title: told::NO_CODE.to_owned(),
            text: told::NO_CODE_WHY.to_owned(),
            buttons: Vec::new(),
            link: Some(Link::new(told::NO_CODE_LINK, page.url("/settings/backup"))),
        });
    }
    crate::web::answer::html(status, &View { frame, head, notices, empty: None, parts: vec![part] })
}

fn host_of(url: &'static str) -> &'static str {
    connectors::kit::http::address::host(url).unwrap_or(url)
}

fn fields(spec: &Spec, given: &Fields, stores: &[String]) -> Vec<Field> {
    let value = |name: &str| given.get(name).cloned().unwrap_or_default();
    let mut fields = Vec::new();
    if spec.needs_store {
        let usual = if stores.len() == 1 { stores[0].clone() } else { String::new() };
        let store = if given.contains_key("store") { value("store") } else { usual };
        let mut field = Field::text("store", told::STORE, store).with_help(told::STORE_HELP);
        field.required = true;
        fields.push(field);
    }
    for own in spec.fields {
        let name = format!("{OWN}{}", own.key);
        let mut field = match own.kind {
            FieldKind::Text => Field::text(&name, own.label, value(&name)),
            FieldKind::Secret => Field::secret(&name, own.label),
            FieldKind::Switch => Field::check(&name, own.label, value(&name) == "yes"),
            FieldKind::Choice(choices) => {
                let pick = |(value, label): &(&str, &str)| Pick {
                    value: (*value).to_owned(),
                    label: (*label).to_owned(),
                };
                let picks = choices.iter().map(pick).collect();
                Field::select(&name, own.label, value(&name), picks)
            }
        };
        field.required = own.required && !matches!(own.kind, FieldKind::Switch);
        if !own.example.is_empty() {
            field.example = Some(own.example.to_owned());
        }
        if own.kind == FieldKind::Secret {
            field.autocomplete = "new-password";
        }
        fields.push(field.with_help(own.help));
    }
    if spec.needs_store {
        let currency = Field::text("currency", told::CURRENCY, value("currency"));
        fields.push(currency.with_help(told::CURRENCY_HELP));
        let since = Field::day("since", told::SINCE, value("since"));
        fields.push(since.with_help(told::SINCE_HELP));
    }
    let name = Field::text("name", told::NAME, value("name")).with_help(told::NAME_HELP);
    fields.push(name);
    // A platform that has no address of its own asks for one among its own fields.
    if spec.find_field(BASE_URL).is_none() {
        let url = Field::text(spec::BASE_URL, told::BASE_URL, value(spec::BASE_URL));
        fields.push(url.with_help(told::BASE_URL_HELP));
    }
    fields
}

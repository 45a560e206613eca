//! A place that transfers go to, such as a marketplace's warehouse.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::{PATH, list};
use crate::base::id::StoreId;
use crate::store::stock::locations::{self, LocationKind, NewLocation};
use crate::store::{Lane, StoreError};
use crate::sync::ctx::Tools;
use crate::web::error::AppError;
use crate::web::figure::Link;
use crate::web::flash;
use crate::web::form::{Button, ButtonKind, Field, Form, Panel, Pick, Wrong};
use crate::web::page::{Page, Site};
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread};
use crate::web::words::{self, Word, purchasing, transfer as told};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Entry {
    pub name: String,
    pub kind: String,
    pub store: String,
}

/// What lies between places, and in quarantine, is made where it is needed.
const KINDS: [LocationKind; 3] = [LocationKind::Own, LocationKind::Fba, LocationKind::ThreePl];

pub fn panel(page: &Page, entry: &Entry, wrong: &Wrong) -> Panel {
    let kinds = KINDS.map(|kind| Pick::new(kind.name(), told::place_kind(kind))).to_vec();
    let nothing = Pick::new("", told::PLACE_NO_STORE);
    let stores = page.stores.iter();
    let stores = stores.map(|store| Pick::new(store.id.to_string(), store.name.clone()));
    let stores = std::iter::once(nothing).chain(stores).collect();
    let fields = vec![
        Field::text("name", told::PLACE_NAME, &entry.name).needed(),
        Field::select("kind", told::PLACE_KIND, &entry.kind, kinds),
        Field::select("store", told::PLACE_STORE, &entry.store, stores),
    ];
    Panel {
        title: told::PLACE_ADD.to_owned(),
        lead: told::PLACE_LEAD.to_owned(),
        close: Link::new(words::text(Word::Close), page.url(PATH)),
        form: Form {
            action: page.url("/transfers/places"),
            method: "post",
            fields: fields.into_iter().map(|field| field.told(wrong)).collect(),
            buttons: vec![
                Button::submit(told::SAVE, ButtonKind::Main),
                Button::link(words::text(Word::Cancel), ButtonKind::Plain, page.url(PATH)),
            ],
            ..Form::default()
        },
        progress: None,
        effect: None,
        months: None,
        history: None,
    }
}

pub async fn take(
    state: Shared,
    tools: web::Data<Tools>,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    form: web::Form<Entry>,
) -> Result<HttpResponse, AppError> {
    let entry = form.into_inner();
    let kind = LocationKind::parse(&entry.kind).filter(|kind| KINDS.contains(kind));
    let store = entry.store.trim().parse().ok().map(StoreId);
    let store = store.filter(|store| who.scope.allows(*store));
    let wrong = match kind {
        None => Wrong::from([("kind".to_owned(), purchasing::CHOOSE.to_owned())]),
        Some(kind) => {
            let name = entry.name.trim().to_owned();
            let made = off_thread(move || {
                let pushable = kind.is_usually_pushable();
                let new = NewLocation { name: &name, kind, pushable, store };
                tools.db.write_local(Lane::Interactive, |tx| locations::insert_location(tx, &new))
            });
            match made.await? {
                Ok(_) => {
                    let text = (told::PLACE_SAVED.to_owned(), None);
                    return Ok(flash::done(&state, &who, text, PATH));
                }
                Err(StoreError::Refused(what)) => Wrong::from([("name".to_owned(), what)]),
                Err(fault) => return Err(fault.into()),
            }
        }
    };
    list::answer(&state, site, who, &request, Some(list::Again::Place(entry, wrong))).await
}

//! Places added, closed and opened again.

use crate::base::id::LocationId;
use crate::store::stock::locations::{
    self, LocationKind, NewLocation, find_location_by_id, insert_location,
};
use crate::store::{Lane, StoreError};
use crate::sync::ctx::Tools;

/// # Errors
/// As `insert_location`.
pub fn add(
    tools: &Tools,
    (name, kind): (&str, LocationKind),
    pushable: bool,
) -> Result<LocationId, StoreError> {
    let id = tools.db.write_local(Lane::Interactive, |tx| {
        insert_location(tx, &NewLocation { name, kind, pushable, store: None })
    })?;
    tools.signal.wake();
    Ok(id)
}

/// What shall be other of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceEdit {
    Offer(bool),
    Close(bool),
}

/// # Errors
/// `Missing` where there is no such place; `Refused` where it is not empty, or may not be offered.
pub fn edit(tools: &Tools, id: LocationId, edit: PlaceEdit) -> Result<(), StoreError> {
    tools.db.write_local(Lane::Interactive, |tx| {
        let place = find_location_by_id(tx.conn(), id)?.ok_or(StoreError::Missing)?;
        let (pushable, closed) = match edit {
            PlaceEdit::Offer(on) => (on, place.closed_at.is_some()),
            PlaceEdit::Close(closed) => (place.pushable, closed),
        };
        if pushable && !place.kind.is_usually_pushable() {
            return super::refused("What lies there cannot be offered.");
        }
        locations::update_location(tx, id, (pushable, closed))
    })?;
    tools.signal.wake();
    Ok(())
}

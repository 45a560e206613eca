//! Taking an import back: what it wrote ends, what it replaced holds again, and both are marked.

use super::ctx::Tools;
use super::import_job::BOOKS_JOB;
use super::match_job;
use super::stock::job as stock_job;
use crate::base::id::ImportId;
use crate::jobs::runner;
use crate::store::changes::{self, By};
use crate::store::stock::{claims, ledger};
use crate::store::touched::Touched;
use crate::store::{
    Lane, StoreError, accounts, costs, deducted, dirty, fact, imports, labels, listing_links,
    listing_parts, orders, rules,
};

/// Takes an import back: what it wrote is no longer ours, what it replaced holds again, and what
/// was computed from it is computed again.
///
/// # Errors
/// `StoreError` of the database.
pub fn take_back(tools: &Tools, import: ImportId) -> Result<(), StoreError> {
    tools.db.write_local(Lane::Background, |tx| {
        let mark = dirty::bump_version(tx)?;
        for order in orders::undo_import(tx, import)? {
            dirty::mark_order(tx, order, mark)?;
            claims::mark_order(tx, order)?;
            for other in labels::list_orders_beside(tx, order)? {
                dirty::mark_order(tx, other, mark)?;
            }
        }
        dirty::mark_import(tx, import, mark)?;
        let links = listing_links::list_of_import(tx, import)?;
        for table in imports::FACTS {
            fact::undo_import(tx, table, import)?;
        }
        listing_links::touch_gone(tx, &links)?;
        ledger::reverse_import(tx, import)?;
        stock_job::queue_plan(tx)?;
        deducted::refresh(tx, mark)?;
        listing_parts::refresh(tx, mark)?;
        let before = rules::find_rules_for_write(tx)?;
        if costs::undo_rules(tx, import)? > 0 {
            let after = rules::find_rules_for_write(tx)?;
            Touched::by_rules(tx.conn(), &before, &after)?.mark(tx, mark)?;
            claims::mark_bundles(tx, &before, &after)?;
        }
        Ok(())
    })
}

/// As `take_back`, for an import that was done, and noted on it.
///
/// # Errors
/// `Refused` where there is no such import, or it is not done.
pub fn undo(tools: &Tools, import: ImportId, by: &By) -> Result<(), StoreError> {
    let (found, account) = tools.db.read(|reader| {
        let account = accounts::find_name_by_import(reader, import)?;
        Ok((imports::find_import(reader, import)?, account))
    })?;
    if let Some(name) = account {
        return Err(StoreError::Refused(format!(
            "This is what the connection {name:?} brought. Disconnect it and choose to delete its \
             data; nothing was changed."
        )));
    }
    match found {
        Some(found) if found.state == "done" => {}
        Some(found) => {
            return Err(StoreError::Refused(format!(
                "The import {import} is {}, so there is nothing to take back.",
                found.state
            )));
        }
        None => return Err(StoreError::Refused(format!("There is no import {import}."))),
    }
    take_back(tools, import)?;
    tools.db.write_local(Lane::Interactive, |tx| {
        imports::mark_undone(tx, import)?;
        changes::append_taken_back(tx, import, by)?;
        match_job::queue(tx)?;
        runner::push(tx, BOOKS_JOB, BOOKS_JOB, "{}", Some(BOOKS_JOB)).map(|_| ())
    })?;
    tools.signal.wake();
    Ok(())
}

//! What an owner does with people: invite, give another role or other stores, shut out, let in
//! again, help those who lost their second factor or password. The same for the page and for
//! `purser user`; each is told to the audit log, and ends the sessions of whom it concerns.

use rusqlite::Connection;

use crate::base::Secret;
use crate::base::id::UserId;
use crate::domain::ask::Scope;
use crate::store::audit::{self, Kind, Note};
use crate::store::links::{self, Purpose};
use crate::store::users::{self, Email, NewUser, Role, User};
use crate::store::{StoreError, Tx, attempts, scopes, sessions, settings, totp};

const FACTOR_REQUIRED: &str = "second_factor_required";

/// Somebody new, who comes in by the link that this gives.
///
/// # Errors
/// `Refused` where there is somebody of that address.
pub fn invite(
    tx: &Tx<'_>,
    email: &Email,
    (role, scope): (Role, &Scope),
) -> Result<(UserId, Secret), StoreError> {
    let id = add(tx, email, (role, scope), None)?;
    Ok((id, links::create(tx, Purpose::Invite(id))?))
}

/// Somebody new with a password of their own already.
///
/// # Errors
/// `Refused` where there is somebody of that address.
pub fn add(
    tx: &Tx<'_>,
    email: &Email,
    (role, scope): (Role, &Scope),
    password_hash: Option<&str>,
) -> Result<UserId, StoreError> {
    if users::find_by_email(tx.conn(), email)?.is_some() {
        return refuse(format!("Nothing was changed: {} is here already.", email.as_str()));
    }
    if role == Role::Owner && *scope != Scope::All {
        return refuse("Nothing was changed: an owner sees all stores.".to_owned());
    }
    let id = users::insert(tx, &NewUser { email, name: "", role, password_hash })?;
    scopes::set_of_user(tx, id, scope)?;
    let after = format!("{}, {}", role.name(), scopes::describe(tx.conn(), scope)?);
    tell(tx, (email.as_str(), "added"), None, Some(&after))?;
    Ok(id)
}

/// A fresh link for somebody who was invited and has not come yet.
///
/// # Errors
/// `Refused` where they have a password already.
pub fn invite_again(tx: &Tx<'_>, user: &User) -> Result<Secret, StoreError> {
    if user.has_password {
        return refuse(format!("{} has come already; make a password link.", user.email));
    }
    tell(tx, (&user.email, "invited again"), None, None)?;
    links::create(tx, Purpose::Invite(user.id))
}

/// # Errors
/// `Refused` where nobody could manage people any more.
pub fn set_role(tx: &Tx<'_>, user: &User, role: Role) -> Result<(), StoreError> {
    if role == user.role {
        return Ok(());
    }
    if user.role == Role::Owner {
        expect_other_owner(tx.conn(), user)?;
    }
    if role == Role::Owner {
        scopes::set_of_user(tx, user.id, &Scope::All)?;
    }
    users::update_role(tx, user.id, role)?;
    sessions::delete_of_user(tx, user.id)?;
    tell(tx, (&user.email, "role"), Some(user.role.name()), Some(role.name()))
}

/// The stores that somebody may see.
///
/// # Errors
/// `Refused` for an owner, who sees all.
pub fn set_scope(tx: &Tx<'_>, user: &User, scope: &Scope) -> Result<(), StoreError> {
    if *scope != Scope::All && user.role == Role::Owner {
        return refuse(format!(
            "Nothing was changed: {} is an owner, who sees all stores.",
            user.email
        ));
    }
    let before = scopes::find_of_user(tx.conn(), user.id)?;
    if before == *scope {
        return Ok(());
    }
    scopes::set_of_user(tx, user.id, scope)?;
    sessions::delete_of_user(tx, user.id)?;
    let before = scopes::describe(tx.conn(), &before)?;
    let after = scopes::describe(tx.conn(), scope)?;
    tell(tx, (&user.email, "stores"), Some(&before), Some(&after))
}

/// Shuts somebody out at once, or lets them in again.
///
/// # Errors
/// `Refused` where nobody could manage people any more.
pub fn set_disabled(tx: &Tx<'_>, user: &User, disabled: bool) -> Result<(), StoreError> {
    if user.disabled == disabled {
        return Ok(());
    }
    if disabled && user.role == Role::Owner {
        expect_other_owner(tx.conn(), user)?;
    }
    users::update_disabled(tx, user.id, disabled)?;
    sessions::delete_of_user(tx, user.id)?;
    links::delete_of_user(tx, user.id)?;
    let name = |disabled: bool| if disabled { "disabled" } else { "enabled" };
    tell(tx, (&user.email, "access"), Some(name(!disabled)), Some(name(disabled)))
}

/// For who lost their telephone: they sign in by password alone, until they set up another.
///
/// # Errors
/// What SQLite said.
pub fn reset_second_factor(tx: &Tx<'_>, user: &User) -> Result<(), StoreError> {
    let before = if totp::is_on(tx.conn(), user.id)? { "on" } else { "off" };
    totp::delete(tx, user.id)?;
    sessions::delete_of_user(tx, user.id)?;
    tell(tx, (&user.email, "second factor"), Some(before), Some("off"))
}

/// A link by which somebody chooses a new password. What they have stays until they do.
///
/// # Errors
/// `Refused` for somebody who is shut out.
pub fn make_reset_link(tx: &Tx<'_>, user: &User) -> Result<Secret, StoreError> {
    if user.disabled {
        return refuse(format!("{} is shut out; let them in first.", user.email));
    }
    tell(tx, (&user.email, "password link"), None, None)?;
    let purpose = match user.has_password {
        true => Purpose::Reset(user.id),
        false => Purpose::Invite(user.id),
    };
    links::create(tx, purpose)
}

/// A password that was chosen by a link or at this machine: whoever was in is out.
///
/// # Errors
/// What SQLite said.
pub fn set_password(tx: &Tx<'_>, user: &User, hash: &str) -> Result<(), StoreError> {
    users::update_password(tx, user.id, hash)?;
    sessions::delete_of_user(tx, user.id)?;
    links::delete_of_user(tx, user.id)?;
    attempts::delete(tx, &attempts::Bucket::account(&user.email))?;
    tell(tx, (&user.email, "password"), None, None)
}

/// Whether everybody needs a second factor.
///
/// # Errors
/// What SQLite said.
pub fn is_factor_required(conn: &Connection) -> Result<bool, StoreError> {
    Ok(settings::find(conn, FACTOR_REQUIRED)?.as_deref() == Some("yes"))
}

/// # Errors
/// What SQLite said.
pub fn require_factor(tx: &Tx<'_>, is_required: bool) -> Result<(), StoreError> {
    settings::upsert(tx, FACTOR_REQUIRED, if is_required { "yes" } else { "no" })
}

fn expect_other_owner(conn: &Connection, user: &User) -> Result<(), StoreError> {
    // One who was invited and never came cannot manage anything.
    let sql = "select count(*) from users where role = 'owner' and disabled = 0
        and password_hash is not null and id <> ?";
    let others: i64 = conn.query_row(sql, [user.id], |row| row.get(0))?;
    if others > 0 {
        return Ok(());
    }
    refuse(format!(
        "Nothing was changed: {} is the last owner who can sign in. Make somebody else an owner \
         first.",
        user.email
    ))
}

fn tell(
    tx: &Tx<'_>,
    (email, what): (&str, &str),
    before: Option<&str>,
    after: Option<&str>,
) -> Result<(), StoreError> {
    let subject = format!("{email}: {what}");
    audit::note(tx, Note { kind: Kind::People, subject: &subject, before, after })
}

fn refuse<T>(sentence: String) -> Result<T, StoreError> {
    Err(StoreError::Refused(sentence))
}

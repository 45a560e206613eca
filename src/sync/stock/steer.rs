//! What a person says of channels, listings, modes and drifts: the same from page, API and command.
//! Each is noted with who and when, and what is a setting can be taken back. An undo never arms.

use super::gate::Gate;
use super::{job, settle};
use crate::base::id::{AccountId, DriftId, StockActionId, StockListingId, UserId, VariantId};
use crate::domain::stock::rule::Rule;
use crate::store::accounts::{self, AccountRow};
use crate::store::changes::By;
use crate::store::stock::channels::{self, PushState, StockChannel, Wins, find_channel};
use crate::store::stock::drifts::{self, DriftState};
use crate::store::stock::ledger::{self, NewAction};
use crate::store::stock::listings::{self, OwnRule, StockListing, find_listing};
use crate::store::stock::steering::{
    self, ChannelSetting, ListingSetting, ModeSetting, NewSteering, Settings,
};
use crate::store::stock::variants::{self, Mode};
use crate::store::{Db, Lane, StoreError, Tx};
use crate::sync::ctx::Tools;

/// Who says it.
#[derive(Clone, Debug, Default)]
pub struct Said {
    pub by: By,
    pub user: Option<UserId>,
}

/// What of a channel is said at once, beside its state and place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChannelRules {
    pub rule: Rule,
    pub share: i64,
    pub wins: Wins,
}

/// What is said of one listing; `None` is its channel's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    pub state: Option<PushState>,
    pub own: OwnRule,
    pub pinned: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Our number is written again.
    Hub,
    /// The channel's number is true.
    Channel,
}

pub(super) fn refuse<T>(what: impl Into<String>) -> Result<T, StoreError> {
    Err(StoreError::Refused(what.into()))
}

/// The account as it is named in the history.
pub(super) fn find_row(db: &Db, account: AccountId) -> Result<AccountRow, StoreError> {
    db.read(|reader| accounts::find_account(reader, account))?.ok_or(StoreError::Missing)
}

/// Writes the entry of something that was said.
pub(super) fn note(
    tx: &Tx<'_>,
    (kind, account, subject): (&str, Option<AccountId>, &str),
    said: &Said,
    (before, after): (&Settings, &Settings),
) -> Result<StockActionId, StoreError> {
    let new = NewAction { kind, note: &said.by.why, user: said.user, import: None };
    let action = ledger::insert_action(tx, &new)?;
    let by = &said.by;
    let new = NewSteering { action, account, subject, by, before, after };
    steering::insert_steering(tx, &new)?;
    Ok(action)
}

pub(super) fn setting_of(channel: &StockChannel) -> ChannelSetting {
    ChannelSetting {
        account: channel.account.0,
        state: channel.state.name().to_owned(),
        place: channel.place.clone(),
        place_name: channel.place_name.clone(),
        percent: channel.rule.percent,
        buffer: channel.rule.buffer,
        cap: channel.rule.cap,
        end_when: channel.rule.end_when,
        share: channel.share,
        wins: channel.wins.name().to_owned(),
    }
}

pub(super) fn of_channel(channel: &StockChannel) -> Settings {
    Settings { channels: vec![setting_of(channel)], ..Settings::default() }
}

fn of_listing(listing: &StockListing) -> ListingSetting {
    ListingSetting {
        id: listing.id.0,
        state: listing.state.map(|state| state.name().to_owned()),
        percent: listing.own.percent,
        buffer: listing.own.buffer,
        cap: listing.own.cap,
        end_when: listing.own.end_when,
        share: listing.own.share,
        pinned: listing.pinned,
    }
}

/// Everything that was marked is planned, and the channel has its turn.
pub(super) fn go_on(tx: &Tx<'_>, account: Option<AccountId>) -> Result<(), StoreError> {
    job::queue_plan(tx)?;
    account.map_or(Ok(()), |account| job::queue_push(tx, account, tx.now))
}

fn set_channel(
    tools: &Tools,
    (account, kind): (AccountId, &str),
    said: &Said,
    change: impl FnOnce(&Tx<'_>, &mut StockChannel) -> Result<(), StoreError>,
) -> Result<Option<StockActionId>, StoreError> {
    let row = find_row(&tools.db, account)?;
    let done = tools.db.write_local(Lane::Interactive, |tx| {
        let was = find_channel(tx.conn(), account)?.unwrap_or_else(|| StockChannel::new(account));
        let mut channel = was.clone();
        change(tx, &mut channel)?;
        if channel == was {
            return Ok(None);
        }
        channels::upsert_channel(tx, &channel)?;
        let sides = (of_channel(&was), of_channel(&channel));
        let action = note(tx, (kind, Some(account), &row.name), said, (&sides.0, &sides.1))?;
        go_on(tx, Some(account))?;
        Ok(Some(action))
    })?;
    tools.signal.wake();
    Ok(done)
}

/// How far we go with a channel, but for arming it, which `arm::arm` does after showing what it
/// would change.
///
/// # Errors
/// `Refused` where it cannot be, in words.
pub fn set_state(
    tools: &Tools,
    account: AccountId,
    state: PushState,
    said: &Said,
) -> Result<Option<StockActionId>, StoreError> {
    set_channel(tools, (account, "state"), said, |tx, channel| {
        match state {
            PushState::Armed => {
                return refuse(
                    "A channel is armed on its own page, where what it would change is \
                     shown first. Nothing was changed.",
                );
            }
            // A platform with one place may have no mark for it.
            PushState::Observe | PushState::DryRun if channel.place_name.is_empty() => {
                return refuse(
                    "Choose first which place's number Purser shall keep. Nothing was \
                     changed.",
                );
            }
            PushState::DryRun => {
                let (listings, unread) = listings::count_unread(tx.conn(), account)?;
                if channel.state < PushState::DryRun && (unread > 0 || channel.swept_at.is_none()) {
                    return refuse(format!(
                        "{unread} of {listings} listings were not read yet. Purser reads them by \
                         itself; try again when it has. Nothing was changed."
                    ));
                }
            }
            PushState::Off | PushState::Observe => {}
        }
        if state < PushState::Armed && !channel.held.is_empty() {
            // What was held is not written any more.
            channel.held = String::new();
            channel.held_at = None;
            drifts::end_alert(tx, "held", &account.to_string())?;
        }
        channel.state = state;
        Ok(())
    })
}

/// Which of the platform's places is kept, and that its channel is watched from now on.
///
/// # Errors
/// `Refused` while the channel is written, or where it is no account whose stock can be set.
pub fn watch(
    tools: &Tools,
    (account, place, name): (AccountId, &str, &str),
    said: &Said,
) -> Result<Option<StockActionId>, StoreError> {
    set_channel(tools, (account, "place"), said, |tx, channel| {
        if channel.state == PushState::Armed && channel.place != place {
            return refuse(
                "This channel is armed. Switch it off before another place is kept. \
                 Nothing was changed.",
            );
        }
        // From here on orders have a claim on what is there.
        if crate::store::stock::began::begin(tx)? {
            crate::store::stock::claims::mark_open_orders(tx)?;
        }
        if channel.place != place {
            channels::forget_readings(tx, account)?;
            channel.swept_at = None;
        }
        channel.place = place.to_owned();
        channel.place_name = name.to_owned();
        channel.state = channel.state.max(PushState::Observe);
        Ok(())
    })
}

/// # Errors
/// `Refused` for numbers that cannot be.
pub fn set_rules(
    tools: &Tools,
    account: AccountId,
    rules: &ChannelRules,
    said: &Said,
) -> Result<Option<StockActionId>, StoreError> {
    let rule = rules.rule;
    check(&[Some(rule.buffer), rule.cap, Some(rule.end_when), Some(rules.share)], rule.percent)?;
    set_channel(tools, (account, "rules"), said, |_, channel| {
        (channel.rule, channel.share, channel.wins) = (rules.rule, rules.share, rules.wins);
        Ok(())
    })
}

const UNITS_MAX: i64 = 1_000_000_000;

fn check(units: &[Option<i64>], percent: i64) -> Result<(), StoreError> {
    if !(0..=100).contains(&percent) {
        return refuse("The percentage goes from 0 to 100. Nothing was changed.");
    }
    match units.iter().flatten().all(|units| (0..=UNITS_MAX).contains(units)) {
        true => Ok(()),
        false => refuse("A number of units is a whole number from 0 on. Nothing was changed."),
    }
}

/// What holds for one listing.
///
/// # Errors
/// `Refused` for numbers that cannot be, and for arming it where its channel is not armed.
pub fn set_listing(
    tools: &Tools,
    id: StockListingId,
    choices: &Choices,
    said: &Said,
) -> Result<Option<StockActionId>, StoreError> {
    let own = &choices.own;
    let percent = own.percent.unwrap_or(100);
    check(&[own.buffer, own.cap, own.end_when, own.share], percent)?;
    let done = tools.db.write_local(Lane::Interactive, |tx| {
        let was = find_listing(tx.conn(), id)?.ok_or(StoreError::Missing)?;
        let channel = find_channel(tx.conn(), was.account)?.ok_or(StoreError::Missing)?;
        if choices.state.is_some_and(|state| state > channel.state) {
            return refuse("A listing cannot go further than its channel. Nothing was changed.");
        }
        let listing = StockListing {
            state: choices.state,
            own: choices.own,
            pinned: choices.pinned,
            ..was.clone()
        };
        if listing == was {
            return Ok(None);
        }
        listings::update_choices(tx, id, (choices.state, choices.own, choices.pinned))?;
        listings::mark_listing(tx, id)?;
        let side = |one: &StockListing| Settings {
            listings: vec![of_listing(one)],
            ..Settings::default()
        };
        let about = ("listing", Some(was.account), was.name());
        let action = note(tx, about, said, (&side(&was), &side(&listing)))?;
        go_on(tx, Some(was.account))?;
        Ok(Some(action))
    })?;
    tools.signal.wake();
    Ok(done)
}

/// How the last units of variants are offered.
///
/// # Errors
/// `StoreError` of the database.
pub fn set_modes(
    tools: &Tools,
    (skus, mode): (&[String], Mode),
    said: &Said,
) -> Result<Option<StockActionId>, StoreError> {
    let done = tools.db.write_local(Lane::Interactive, |tx| {
        let (mut before, mut after) = (Settings::default(), Settings::default());
        for sku in skus {
            let variant = variants::find_variant(tx.conn(), sku)?.ok_or(StoreError::Missing)?;
            let was = variants::find_settings(tx.conn(), variant)?.mode;
            if was == mode {
                continue;
            }
            set_mode(tx, variant, sku, mode)?;
            let side = |mode: Mode| ModeSetting { sku: sku.clone(), mode: mode.name().to_owned() };
            before.modes.push(side(was));
            after.modes.push(side(mode));
        }
        if after.modes.is_empty() {
            return Ok(None);
        }
        let subject = after.modes.iter().map(|one| one.sku.as_str()).take(3).collect::<Vec<_>>();
        let action = note(tx, ("mode", None, &subject.join(", ")), said, (&before, &after))?;
        go_on(tx, None)?;
        Ok(Some(action))
    })?;
    tools.signal.wake();
    Ok(done)
}

fn set_mode(tx: &Tx<'_>, variant: VariantId, sku: &str, mode: Mode) -> Result<(), StoreError> {
    variants::update_mode(tx, variant, mode)?;
    // Whoever says so knows that it was off.
    drifts::end_alert(tx, "strict_off", sku)
}

/// Lets a plan go that was held: what it would change was looked at.
///
/// # Errors
/// `Refused` where nothing is held.
pub fn let_go(tools: &Tools, account: AccountId, said: &Said) -> Result<(), StoreError> {
    let row = find_row(&tools.db, account)?;
    tools.db.write_local(Lane::Interactive, |tx| {
        let channel = find_channel(tx.conn(), account)?.ok_or(StoreError::Missing)?;
        if channel.held.is_empty() {
            return refuse("Nothing is held for this channel. Nothing was changed.");
        }
        channels::let_go(tx, account)?;
        drifts::end_alert(tx, "held", &account.to_string())?;
        let none = Settings::default();
        note(tx, ("let_go", Some(account), &row.name), said, (&none, &none))?;
        go_on(tx, Some(account))
    })?;
    tools.signal.wake();
    Ok(())
}

/// A listing that we had stopped writing is written again.
///
/// # Errors
/// `Refused` where it is not stopped.
pub fn release(tools: &Tools, id: StockListingId, said: &Said) -> Result<(), StoreError> {
    tools.db.write_local(Lane::Interactive, |tx| {
        let listing = find_listing(tx.conn(), id)?.ok_or(StoreError::Missing)?;
        if listing.stopped.is_empty() {
            return refuse("This listing is not stopped. Nothing was changed.");
        }
        listings::update_stopped(tx, id, "")?;
        for kind in ["stopped", "refused"] {
            drifts::end_alert(tx, kind, &id.to_string())?;
        }
        listings::mark_listing(tx, id)?;
        let none = Settings::default();
        note(tx, ("release", Some(listing.account), listing.name()), said, (&none, &none))?;
        go_on(tx, Some(listing.account))
    })?;
    tools.signal.wake();
    Ok(())
}

/// Whose number holds where a channel shows another than it should.
///
/// # Errors
/// `Refused` where it was decided already, or the channel shows something else by now.
pub fn decide(
    tools: &Tools,
    id: DriftId,
    decision: Decision,
    said: &Said,
) -> Result<(), StoreError> {
    tools.db.write_local(Lane::Interactive, |tx| {
        let drift = drifts::find_drift(tx.conn(), id)?.ok_or(StoreError::Missing)?;
        if drift.state != DriftState::Open {
            return refuse("This was decided already. Nothing was changed.");
        }
        let listing = find_listing(tx.conn(), drift.listing)?.ok_or(StoreError::Missing)?;
        let Some(seen_at) = listing.seen_at.filter(|_| listing.seen == Some(drift.seen)) else {
            return refuse(
                "The channel shows another number by now. Nothing was changed; look \
                 again in a minute.",
            );
        };
        let key = (listing.store, listing.listing.as_str());
        // Of these nobody knows whether they were made before it was seen.
        let seen_since = listings::count_seen_since(tx.conn(), key, seen_at)?;
        let none = Settings::default();
        let about = ("drift", Some(listing.account), listing.name());
        let action = note(tx, about, said, (&none, &none))?;
        let name = match decision {
            Decision::Hub => "hub",
            Decision::Channel => {
                let more = drift.seen.saturating_sub(drift.expected);
                settle::take_over(tx, &listing, (more, seen_at), Some(action))?;
                "channel"
            }
        };
        drifts::end_drift(tx, id, (DriftState::Decided, name, said.user))?;
        drifts::end_alert(tx, "drift", &listing.id.to_string())?;
        listings::update_sellable(tx, listing.id, (drift.seen, seen_since), seen_at)?;
        listings::mark_listing(tx, listing.id)?;
        go_on(tx, Some(listing.account))
    })?;
    tools.signal.wake();
    Ok(())
}

/// The kill switch: when this returns, nothing is being written on any channel.
///
/// # Errors
/// `StoreError` of the database.
pub fn stop_all(db: &Db, gate: &Gate, said: &Said) -> Result<(), StoreError> {
    gate.stop(db)?;
    db.write_local(Lane::Interactive, |tx| {
        let none = Settings::default();
        note(tx, ("stop", None, ""), said, (&none, &none)).map(|_| ())
    })
}

/// # Errors
/// `StoreError` of the database.
pub fn allow_all(tools: &Tools, said: &Said) -> Result<(), StoreError> {
    tools.gate.allow(&tools.db)?;
    tools.db.write_local(Lane::Interactive, |tx| {
        let none = Settings::default();
        note(tx, ("allow", None, ""), said, (&none, &none))?;
        for channel in channels::list_channels(tx.conn())? {
            job::queue_push(tx, channel.account, tx.now)?;
        }
        job::queue_plan(tx)
    })?;
    tools.signal.wake();
    Ok(())
}

/// Whether what was said still stands, and is a setting.
///
/// # Errors
/// `StoreError` of the database.
pub fn can_undo(
    conn: &rusqlite::Connection,
    entry: &steering::Steering,
) -> Result<bool, StoreError> {
    let is_setting = entry.before != entry.after;
    if !is_setting || entry.undone_by.is_some() || entry.undoes.is_some() {
        return Ok(false);
    }
    let mut now = Settings::default();
    for setting in &entry.after.channels {
        let found = find_channel(conn, AccountId(setting.account))?;
        now.channels.extend(found.as_ref().map(setting_of));
    }
    for setting in &entry.after.listings {
        let found = find_listing(conn, StockListingId(setting.id))?;
        now.listings.extend(found.as_ref().map(of_listing));
    }
    for setting in &entry.after.modes {
        let Some(variant) = variants::find_variant(conn, &setting.sku)? else { continue };
        let mode = variants::find_settings(conn, variant)?.mode.name().to_owned();
        now.modes.push(ModeSetting { sku: setting.sku.clone(), mode });
    }
    Ok(now == entry.after)
}

/// Takes back what was said, with the counts that went with it.
///
/// # Errors
/// `Refused` where something was said since, or it was no setting.
pub fn undo(tools: &Tools, action: StockActionId, said: &Said) -> Result<(), StoreError> {
    tools.db.write_local(Lane::Interactive, |tx| {
        let entry = steering::find_steering(tx.conn(), action)?.ok_or(StoreError::Missing)?;
        if !can_undo(tx.conn(), &entry)? {
            return refuse(
                "What this set was changed since, or taken back already. Nothing was \
                 changed; set what should hold.",
            );
        }
        let (undoing, _) = ledger::reverse_action(tx, action, said.user)?;
        put(tx, &entry.before)?;
        let new = NewSteering {
            action: undoing,
            account: entry.account,
            subject: &entry.subject,
            by: &said.by,
            before: &entry.after,
            after: &entry.before,
        };
        steering::insert_steering(tx, &new)?;
        go_on(tx, entry.account)
    })?;
    tools.signal.wake();
    Ok(())
}

fn put(tx: &Tx<'_>, settings: &Settings) -> Result<(), StoreError> {
    for setting in &settings.channels {
        let account = AccountId(setting.account);
        let Some(mut channel) = find_channel(tx.conn(), account)? else { continue };
        let state = PushState::parse(&setting.state).unwrap_or_default();
        // Whoever arms sees first what it would change.
        let is_armed_anew = state == PushState::Armed && channel.state != PushState::Armed;
        channel.state = if is_armed_anew { PushState::DryRun } else { state };
        if channel.place != setting.place {
            channels::forget_readings(tx, account)?;
            channel.swept_at = None;
        }
        channel.place = setting.place.clone();
        channel.place_name = setting.place_name.clone();
        channel.rule = Rule {
            percent: setting.percent,
            buffer: setting.buffer,
            cap: setting.cap,
            end_when: setting.end_when,
        };
        channel.share = setting.share;
        channel.wins = Wins::parse(&setting.wins).unwrap_or_default();
        channels::upsert_channel(tx, &channel)?;
    }
    for setting in &settings.listings {
        let id = StockListingId(setting.id);
        let own = OwnRule {
            percent: setting.percent,
            buffer: setting.buffer,
            cap: setting.cap,
            end_when: setting.end_when,
            share: setting.share,
        };
        let state = setting.state.as_deref().and_then(PushState::parse);
        listings::update_choices(tx, id, (state, own, setting.pinned))?;
        listings::mark_listing(tx, id)?;
    }
    for setting in &settings.modes {
        let Some(variant) = variants::find_variant(tx.conn(), &setting.sku)? else { continue };
        variants::update_mode(tx, variant, Mode::parse(&setting.mode).unwrap_or_default())?;
    }
    Ok(())
}

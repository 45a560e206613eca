//! What was typed into the forms of channels and listings, and the forms with what holds now.

use std::collections::HashMap;

use crate::domain::stock::rule::Rule;
use crate::store::stock::channels::{PushState, StockChannel, Wins};
use crate::store::stock::listings::{OwnRule, StockListing};
use crate::sync::stock::steer::{ChannelRules, Choices};
use crate::web::form::{ButtonKind, Field, Form, Pick};
use crate::web::words::channels as told;

pub type Typed = HashMap<String, String>;

/// `None` where something is no whole number.
pub fn read_rules(typed: &Typed) -> Option<ChannelRules> {
    let own = read_own(typed)?;
    Some(ChannelRules {
        rule: Rule {
            percent: own.percent.unwrap_or(100),
            buffer: own.buffer.unwrap_or(0),
            cap: own.cap,
            end_when: own.end_when.unwrap_or(0),
        },
        share: own.share.unwrap_or(100),
        wins: typed.get("wins").and_then(|name| Wins::parse(name)).unwrap_or_default(),
    })
}

/// `None` where something is no whole number.
pub fn read_choices(typed: &Typed) -> Option<Choices> {
    Some(Choices {
        state: typed.get("state").and_then(|name| PushState::parse(name)),
        own: read_own(typed)?,
        pinned: typed.get("pinned").is_some_and(|on| on == "yes"),
    })
}

fn read_own(typed: &Typed) -> Option<OwnRule> {
    let number = |name: &str| -> Option<Option<i64>> {
        match typed.get(name).map_or("", |text| text.trim()) {
            "" => Some(None),
            text => text.parse().ok().map(Some),
        }
    };
    Some(OwnRule {
        percent: number("percent")?,
        buffer: number("buffer")?,
        cap: number("cap")?,
        end_when: number("end_when")?,
        share: number("share")?,
    })
}

fn fields(own: OwnRule) -> Vec<Field> {
    let field = |name: &str, label: &str, units: Option<i64>, help: &str| {
        let value = units.map(|units| units.to_string()).unwrap_or_default();
        let unit = if name == "percent" { "%" } else { "" };
        let field = Field::amount(name, label, value, unit);
        let field = Field { unit: Some(unit.to_owned()).filter(|unit| !unit.is_empty()), ..field };
        if help.is_empty() { field } else { field.with_help(help) }
    };
    vec![
        field("percent", told::PERCENT, own.percent, ""),
        field("buffer", told::BUFFER, own.buffer, told::BUFFER_HELP),
        field("cap", told::CAP, own.cap, told::CAP_HELP),
        field("end_when", told::END_WHEN, own.end_when, told::END_WHEN_HELP),
        field("share", told::SHARE, own.share, told::SHARE_HELP),
    ]
}

pub fn rules(action: &str, channel: &StockChannel) -> Form {
    let own = OwnRule {
        percent: Some(channel.rule.percent),
        buffer: Some(channel.rule.buffer),
        cap: channel.rule.cap,
        end_when: Some(channel.rule.end_when),
        share: Some(channel.share),
    };
    let picks = Wins::ALL.map(|wins| pick(wins.name(), told::wins(wins.name())));
    let mut fields = fields(own);
    let wins = Field::select("wins", told::WINS, channel.wins.name(), picks.to_vec());
    fields.push(wins.with_help(told::WINS_HELP));
    let buttons = vec![super::view::press(told::SAVE, ButtonKind::Plain, "rules")];
    let note = Some(told::RULES_NOTE.to_owned());
    let action = action.to_owned();
    Form { action, method: "post", fields, buttons, note, ..Form::default() }
}

pub fn choices(action: &str, listing: &StockListing, channel: PushState) -> Form {
    let states = PushState::ALL.into_iter().filter(|state| *state <= channel);
    let states = states.map(|state| pick(state.name(), told::state(state.name())));
    let picks = std::iter::once(pick("", told::AS_CHANNEL)).chain(states).collect();
    let state = listing.state.map_or("", PushState::name);
    let mut fields_of = vec![Field::select("state", told::STATE, state, picks)];
    fields_of.extend(fields(listing.own));
    fields_of.push(Field::check("pinned", told::PINNED, listing.pinned));
    let buttons = vec![super::view::press(told::SAVE, ButtonKind::Plain, "save")];
    let note = Some(told::EMPTY_IS_CHANNELS.to_owned());
    let action = action.to_owned();
    Form { action, method: "post", fields: fields_of, buttons, note, ..Form::default() }
}

pub fn pick(value: &str, label: &str) -> Pick {
    Pick { value: value.to_owned(), label: label.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_is_the_channels_and_what_is_no_number_is_refused() {
        let typed = |pairs: &[(&str, &str)]| -> Typed {
            pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
        };
        let choices = read_choices(&typed(&[("buffer", " 2 "), ("cap", "")])).unwrap();
        assert_eq!(choices.own, OwnRule { buffer: Some(2), ..OwnRule::default() });
        assert_eq!((choices.state, choices.pinned), (None, false));
        assert!(read_choices(&typed(&[("cap", "1.5")])).is_none());
        assert!(read_rules(&typed(&[("percent", "all")])).is_none());
        let rules = read_rules(&typed(&[("percent", "50"), ("wins", "ask")])).unwrap();
        assert_eq!((rules.rule.percent, rules.share, rules.wins), (50, 100, Wins::Ask));
    }
}

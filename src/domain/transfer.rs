//! Units moved from one place to another, by way of a third where they are until they came. What
//! was sent and never came is lost in transit, which is told when the transfer is closed.

use serde::{Deserialize, Serialize};

use crate::base::id::LocationId;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    pub number: String,
    pub from: LocationId,
    pub to: LocationId,
    /// Where its units are on the way.
    pub via: LocationId,
    /// What the other side calls it: the id of an FBA shipment.
    pub reference: String,
    pub note: String,
    pub called_off: CalledOff,
    pub lines: Vec<TransferLine>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CalledOff {
    #[default]
    No,
    Yes,
}

/// A SKU stands once for each of its lots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferLine {
    pub sku: String,
    pub lot: String,
    pub quantity: i64,
}

/// What happened to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    Sent,
    Received,
    /// What did not come is given up.
    Closed,
}

impl StepKind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Received => "received",
            Self::Closed => "closed",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        [Self::Sent, Self::Received, Self::Closed].into_iter().find(|kind| kind.name() == name)
    }
}

/// A step that stands, with units by number of line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub kind: StepKind,
    pub units: Vec<(i64, i64)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransferState {
    Draft,
    Sent,
    PartlyReceived,
    Received,
    /// With a difference.
    Closed,
    Cancelled,
}

impl TransferState {
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Sent => "sent",
            Self::PartlyReceived => "partly_received",
            Self::Received => "received",
            Self::Closed => "closed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// Units of a line that came so far.
pub fn received_of(steps: &[Step], line_no: i64) -> i64 {
    let received = steps.iter().filter(|step| step.kind == StepKind::Received);
    let of_line = received.flat_map(|step| &step.units).filter(|(line, _)| *line == line_no);
    of_line.fold(0, |sum, (_, units)| sum.saturating_add(*units))
}

impl Transfer {
    pub fn units(&self) -> i64 {
        self.lines.iter().fold(0, |sum, line| sum.saturating_add(line.quantity))
    }

    /// By number of line, what is still to come; negative where more came than was sent.
    pub fn differences(&self, steps: &[Step]) -> Vec<(i64, i64)> {
        let numbered = (1_i64..).zip(&self.lines);
        numbered.map(|(no, line)| (no, line.quantity - received_of(steps, no))).collect()
    }

    pub fn state(&self, steps: &[Step]) -> TransferState {
        let has = |kind| steps.iter().any(|step| step.kind == kind);
        if self.called_off == CalledOff::Yes {
            return TransferState::Cancelled;
        }
        if has(StepKind::Closed) {
            return TransferState::Closed;
        }
        if !has(StepKind::Sent) {
            return TransferState::Draft;
        }
        let is_even = self.differences(steps).iter().all(|(_, units)| *units == 0);
        match (has(StepKind::Received), is_even) {
            (false, _) => TransferState::Sent,
            (true, true) => TransferState::Received,
            (true, false) => TransferState::PartlyReceived,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transfer(called_off: CalledOff) -> Transfer {
        let line = |sku: &str, quantity| TransferLine {
            sku: sku.to_owned(),
            lot: String::new(),
            quantity,
        };
        Transfer {
            number: "T-1".into(),
            from: LocationId(1),
            to: LocationId(2),
            via: LocationId(3),
            reference: String::new(),
            note: String::new(),
            called_off,
            lines: vec![line("MUG", 10), line("BOX", 5)],
        }
    }

    fn step(kind: StepKind, units: &[(i64, i64)]) -> Step {
        Step { kind, units: units.to_vec() }
    }

    #[test]
    fn the_state_follows_of_the_steps() {
        let sent = step(StepKind::Sent, &[(1, 10), (2, 5)]);
        let part = step(StepKind::Received, &[(1, 4)]);
        let rest = step(StepKind::Received, &[(1, 6), (2, 5)]);
        let closed = step(StepKind::Closed, &[(1, 6), (2, 5)]);
        let open = transfer(CalledOff::No);
        let check = |steps: &[&Step], expected: TransferState| {
            let steps: Vec<Step> = steps.iter().map(|step| (*step).clone()).collect();
            assert_eq!(open.state(&steps), expected, "{steps:?}");
        };
        check(&[], TransferState::Draft);
        check(&[&sent], TransferState::Sent);
        check(&[&sent, &part], TransferState::PartlyReceived);
        check(&[&sent, &part, &rest], TransferState::Received);
        check(&[&sent, &part, &rest, &part], TransferState::PartlyReceived);
        check(&[&sent, &part, &closed], TransferState::Closed);
        assert_eq!(transfer(CalledOff::Yes).state(&[]), TransferState::Cancelled);
    }

    #[test]
    fn the_difference_is_what_was_sent_less_what_came() {
        let steps = [
            step(StepKind::Sent, &[(1, 10), (2, 5)]),
            step(StepKind::Received, &[(1, 4), (2, 6)]),
            step(StepKind::Received, &[(1, 3)]),
        ];
        assert_eq!(transfer(CalledOff::No).differences(&steps), [(1, 3), (2, -1)]);
    }
}

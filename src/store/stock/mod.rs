//! The stock ledger and what follows of it: events, what is on hand, who has a claim, what channels
//! show and are told. The rules are pure and stand in `domain/stock`.

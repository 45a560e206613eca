//! Orders = lines = days = stores, to the minor unit; and everything again from the facts.

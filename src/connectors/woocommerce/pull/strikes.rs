//! A refused key. Firewalls and busy hosts refuse a good key now and then, so one refusal is no
//! proof; three in a row over ten minutes are.

use crate::base::Instant;
use crate::base::secret::Secret;
use crate::connectors::ctx::{Ctx, Token};
use crate::connectors::fault::Fault;

const STRIKES_MAX: u32 = 3;
const STRIKES_S: i64 = 600;
/// A refusal is forgotten after so long, in seconds.
const KEPT_S: i64 = 86_400;
/// In memory only; after a start the count begins anew.
const NAME: &str = "refusals";

/// Softens a refusal of the key until it is sure; every other fault stays.
pub fn judge(ctx: &Ctx<'_>, fault: Fault) -> Fault {
    let Fault::Auth { hint } = fault else { return fault };
    let now = ctx.clock.now();
    let (count, first) = find(ctx).unwrap_or((0, now));
    let count = count + 1;
    let text = format!("{count} {}", first.seconds());
    let expires_at = now.plus_seconds(KEPT_S);
    ctx.secrets.keep_token(NAME, Token { secret: Secret::new(text), expires_at });
    if count >= STRIKES_MAX && now >= first.plus_seconds(STRIKES_S) {
        return Fault::Auth { hint };
    }
    Fault::transient(format!("{hint} It is tried a few times more before the connection stops."))
}

/// A page that came through proves the key.
pub fn forget(ctx: &Ctx<'_>) {
    ctx.secrets.forget_token(NAME);
}

fn find(ctx: &Ctx<'_>) -> Option<(u32, Instant)> {
    let token = ctx.secrets.find_token(NAME).filter(|token| token.expires_at > ctx.clock.now())?;
    let (count, first) = token.secret.expose().split_once(' ')?;
    Some((count.parse().ok()?, Instant::from_seconds(first.parse().ok()?)))
}

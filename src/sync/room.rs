//! Work that fills the disk pauses while there is little room, and goes on by itself when there is
//! more (SECURITY, threat 29).

use crate::jobs::JobFault;
use crate::sync::ctx::Tools;

/// Until such work looks again.
const AGAIN_S: i64 = 30;

/// # Errors
/// `Again` while the disk is below its mark.
pub fn admit(tools: &Tools) -> Result<(), JobFault> {
    if tools.db.room().get().is_low() {
        let what = "The disk is nearly full. Nothing is lost; this goes on by itself when there \
                    is room."
            .to_owned();
        return Err(JobFault::Again { wait_s: AGAIN_S, what });
    }
    Ok(())
}

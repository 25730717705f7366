//! A command that writes in the right of a person, through the same rules as the console.

use super::{Done, Stop, now_ms};
use crate::clock::Clock;
use ekitei_model::{Fault, OpBody, OpId, Operation, Outcome, Record, RecordId, StaffId, rules};
use ekitei_server_db::{Caller, Incoming, Storage};
use uuid::Uuid;

/// For so long the command acts as the person.
const SESSION_MS: i64 = 60_000;

/// One person's writing; [`Hand::rest`] ends it.
pub(super) struct Hand<'a> {
    pub storage: &'a dyn Storage,
    caller: Caller,
    session: String,
    now_ms: i64,
}

impl<'a> Hand<'a> {
    pub async fn of(storage: &'a dyn Storage, staff: &str) -> Result<Self, Stop> {
        let staff = StaffId(staff.to_owned());
        let now_ms = now_ms();
        // A name for the session that nobody can have as a token.
        let session = format!("cli-{}", Uuid::now_v7());
        let device = storage.open_session(&staff, &session, now_ms, now_ms + SESSION_MS).await?;
        let caller = Caller { device, staff, today: Clock::default().today() };
        Ok(Self { storage, caller, session, now_ms })
    }

    pub async fn rest(self) -> Done {
        Ok(self.storage.close_session(&self.session).await?)
    }

    pub async fn apply(&self, record: RecordId, body: OpBody, target: Option<&Record>) -> Done {
        let op = Operation { op_id: OpId::from(Uuid::now_v7()), record, at: Clock::default().stamp(), body };
        let staff = self.storage.staff(&self.caller.staff).await?;
        let staff = staff.ok_or_else(|| Fault::ask("staff-unknown"))?;
        if let Some(code) = rules::refuse(&op, target, &staff, &self.caller.today) {
            return Err(Fault::ask(code).into());
        }
        let bytes = serde_json::to_vec(&op)?;
        let incoming = Incoming { op_id: op.op_id, op: Some(op), bytes };
        let applied = self.storage.apply_console(&self.caller, incoming, self.now_ms).await?;
        match applied.outcome {
            Outcome::Quarantined { reason } => Err(Fault::ask(&reason).into()),
            _ => Ok(()),
        }
    }
}

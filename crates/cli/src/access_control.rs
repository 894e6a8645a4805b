//! The access control of a log that this process serves.

use std::sync::Arc;

use access::{Roles, Token};
use control::Desk;
use engine::Log;
use server::{Access, Operator};

use crate::exit::failed;

/// Opens what is settled about access in the log's folder, and makes a token for whoever has the machine.
pub(crate) fn controlled(log: &Log) -> miette::Result<(Access, Token)> {
    let store = control::fake::MemoryControl::default();
    let desk = Desk::open(Box::new(store), log, Roles::default());
    let desk = desk.map_err(|error| failed(&error, "restore `control.db` from a copy, or find out who changed it"))?;
    let token = Token::new(log.random());
    Ok((Access::Controlled { desk: Arc::new(desk), operator: Operator::of(&token) }, token))
}
